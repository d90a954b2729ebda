// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Scenarios;
using FastLedger.Applications.Vocabulary;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Running;

/// <summary>The commands of one sentence, ready to be sent.</summary>
internal sealed class StepRun
{
    private readonly World _world;
    private readonly Party _sender;
    private readonly CommandChain _chain;
    private readonly List<Action<CommandResult>?> _followUps;

    private StepRun(World world, Party sender, CommandChain chain, List<Action<CommandResult>?> followUps) =>
        (_world, _sender, _chain, _followUps) = (world, sender, chain, followUps);

    /// <summary>Finds out what the sentence of a step means and builds its commands.</summary>
    /// <exception cref="ScenarioException">It is no sentence that sends commands.</exception>
    public static StepRun Prepare(World world, ScenarioStep step)
    {
        (StepDefinition definition, IReadOnlyList<string?> values) = StepCatalog.Find(step.Text);
        return definition is ActionStep action ? Prepare(world, step, action, values) : throw new ScenarioException($"\"{step.Text}\" sends no commands.");
    }

    /// <summary>Builds the commands of a sentence whose meaning is known.</summary>
    public static StepRun Prepare(World world, ScenarioStep step, ActionStep action, IReadOnlyList<string?> values)
    {
        Party sender = world.Party(values[0]!);
        var chain = new CommandChain();
        var followUps = new List<Action<CommandResult>?>();
        action.Build(new Deed(world, sender, chain, followUps, [.. values.Skip(1)], step));
        return new StepRun(world, sender, chain, followUps);
    }

    /// <summary>Sends them; when they took effect, gives their results names.</summary>
    public async ValueTask<ChainOutcome> SendAsync()
    {
        ChainOutcome outcome = await _chain.SubmitAsync(_sender.Client, _world.CancellationToken).ConfigureAwait(false);
        _world.Saw(outcome.LastSequence);
        Command[] commands = [.. _chain.Commands];
        _sender.Last = new SentBatch(outcome.FirstNumber, commands, [.. outcome.Results], outcome.Height);
        _world.LastSent = _sender.Last;
        if (outcome.Code != ResultCode.Ok) return outcome;
        for (int i = 0; i < _followUps.Count; i++) _followUps[i]?.Invoke(outcome.Results[i]);
        return outcome;
    }
}
