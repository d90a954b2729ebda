// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>What an <see cref="ActionStep"/> works with: who acts, the words of the sentence, and the chain that the commands go into.</summary>
internal sealed class Deed(World world, Party sender, CommandChain chain, List<Action<CommandResult>?> followUps, IReadOnlyList<string?> values, ScenarioStep step)
    : StepArguments(world, values, step)
{
    public Party Sender => sender;

    public CommandChain Chain => chain;

    /// <summary>Adds a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="then">What to do with its result when it took effect.</param>
    public void Send<T>(in T command, Action<CommandResult>? then = null) where T : unmanaged, ICommand
    {
        int place = chain.Add(in command);
        if (then is not null) ThenAt(place, then);
    }

    /// <summary>Gives the value of the last command's result a name.</summary>
    public void SendNamed<T>(in T command, string kind, string name) where T : unmanaged, ICommand =>
        Send(in command, result => World.Name(kind, name, (ulong)result.Value));

    /// <summary>What to do with the result of the command at a place of the chain.</summary>
    public void ThenAt(int place, Action<CommandResult> then)
    {
        while (followUps.Count <= place) followUps.Add(null);
        followUps[place] += then;
    }

    /// <summary>Gives the value of the result at a place of the chain a name.</summary>
    public void NameAt(int place, string kind, string name) => ThenAt(place, r => World.Name(kind, name, (ulong)r.Value));

    /// <summary>Adds what another sentence of the same party would.</summary>
    public void Include(ActionStep definition, IReadOnlyList<string?> values, ScenarioStep step) =>
        definition.Build(new Deed(World, sender, chain, followUps, values, step));
}
