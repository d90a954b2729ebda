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
        chain.Add(in command);
        Then(then);
    }

    /// <summary>Gives the value of the last command's result a name.</summary>
    public void SendNamed<T>(in T command, string kind, string name) where T : unmanaged, ICommand =>
        Send(in command, result => World.Name(kind, name, (ulong)result.Value));

    /// <summary>What to do with the results of commands that a pattern added to the chain.</summary>
    public void Then(Action<CommandResult>? then = null)
    {
        while (followUps.Count < chain.Commands.Count - 1) followUps.Add(null);
        followUps.Add(then);
    }

    /// <summary>Adds what another sentence of the same party would.</summary>
    public void Include(ActionStep definition, IReadOnlyList<string?> values, ScenarioStep step) =>
        definition.Build(new Deed(World, sender, chain, followUps, values, step));
}
