// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Several things at once, and the same thing twice.</summary>
internal static class ChainSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep("does all or nothing:", "The lines below, without their subject, take effect together or not at all.", d =>
        {
            foreach (string line in d.Step.Lines)
            {
                (ActionStep definition, IReadOnlyList<string?> values) = StepCatalog.FindAction(line);
                d.Include(definition, values, d.Step);
            }
        }),
        new FreeStep("{party} does {number} times:", "The lines below, without their subject, as often as that; each by itself, sent together.", RepeatAsync),
        new FreeStep("{party} does {number} times, one after the other:", "As above, each time waiting for the answer; shows how long the answers took.", InTurnAsync),
        new FreeStep("exactly {number} of these take[s] effect:", "The lines below are sent at the same time on their parties' own connections.", ConcurrentlyAsync, isRefusal: true),
        new FreeStep("{party} sends the same again and nothing happens twice", "Sends the party's last commands again, byte for byte: the answer must be the original one.", AgainAsync, isRefusal: true),
        new FreeStep("{party} sends the same again with {amount} and is refused: {word}",
            "Sends the party's last transfer again under its old number with another amount.", AlteredAsync, isRefusal: true),
        new FreeStep("all legs took effect in one block", "Checks that every command of the last chain took effect, one after the other, in one block.", a =>
        {
            SentBatch last = a.World.LastSent ?? throw new ScenarioException("Nothing was sent.");
            for (int i = 0; i < last.Results.Length; i++)
            {
                if (last.Results[i].Code != ResultCode.Ok || last.Results[i].Sequence != last.Results[0].Sequence + (ulong)i)
                    throw new ScenarioException($"Command {i + 1}: {last.Results[i].Code} at {last.Results[i].Sequence}.");
            }

            return ValueTask.FromResult(string.Create(CultureInfo.InvariantCulture, $"{last.Results.Length} legs, sequence {last.Results[0].Sequence} …, block {last.Height}"));
        }),
    ];

    private static async ValueTask<string> RepeatAsync(StepArguments a)
    {
        Party party = a.Party(0);
        var chain = new CommandChain { IsLinked = false };
        var followUps = new List<Action<CommandResult>?>();
        for (ulong i = 0; i < a.Number(1); i++)
        {
            foreach (string line in a.Step.Lines)
            {
                (ActionStep definition, IReadOnlyList<string?> values) = StepCatalog.FindAction(line);
                definition.Build(new Deed(a.World, party, chain, followUps, values, a.Step));
            }
        }

        ChainOutcome outcome = await AccountSteps.SubmitAsync(a.World, party, chain).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"{outcome.Results.Count} commands");
    }

    private static async ValueTask<string> InTurnAsync(StepArguments a)
    {
        Party party = a.Party(0);
        var tookMs = new List<double>();
        for (ulong i = 0; i < a.Number(1); i++)
        {
            var chain = new CommandChain();
            var followUps = new List<Action<CommandResult>?>();
            foreach (string line in a.Step.Lines)
            {
                (ActionStep definition, IReadOnlyList<string?> values) = StepCatalog.FindAction(line);
                definition.Build(new Deed(a.World, party, chain, followUps, values, a.Step));
            }

            long start = Stopwatch.GetTimestamp();
            await AccountSteps.SubmitAsync(a.World, party, chain).ConfigureAwait(false);
            tookMs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        tookMs.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"p50 {tookMs[tookMs.Count / 2]:0.0} ms, p99 {tookMs[tookMs.Count * 99 / 100]:0.0} ms");
    }

    private static async ValueTask<string> ConcurrentlyAsync(StepArguments a)
    {
        var deeds = a.Step.Lines.Select(line => StepRun.Prepare(a.World, a.Step with { Text = line })).ToList();
        ChainOutcome[] outcomes = await Task.WhenAll(deeds.Select(d => d.SendAsync().AsTask())).ConfigureAwait(false);
        int effective = outcomes.Count(o => o.Code == ResultCode.Ok);
        string codes = string.Join(", ", outcomes.Select(o => o.Code));
        return effective == (int)a.Number(0) ? codes : throw new ScenarioException($"{effective} took effect: {codes}.");
    }

    private static async ValueTask<string> AgainAsync(StepArguments a)
    {
        Party party = a.Party(0);
        SentBatch last = party.Last ?? throw new ScenarioException($"{party.Name} sent nothing.");
        ChainOutcome outcome = await Chain(last.Commands).ResubmitAsync(party.Client, last.FirstNumber, a.World.CancellationToken).ConfigureAwait(false);
        for (int i = 0; i < last.Results.Length; i++)
        {
            CommandResult before = last.Results[i], now = outcome.Results[i];
            if (now.Code != before.Code || now.Sequence != before.Sequence || now.Value != before.Value)
                throw new ScenarioException($"Command {i + 1} is answered {now.Code} at {now.Sequence}; it was {before.Code} at {before.Sequence}.");
        }

        return "the original answer";
    }

    private static async ValueTask<string> AlteredAsync(StepArguments a)
    {
        Party party = a.Party(0);
        SentBatch last = party.Last ?? throw new ScenarioException($"{party.Name} sent nothing.");
        TransferCommand altered = Command.As<TransferCommand>(in last.Commands[0]);
        altered.Amount = a.Money(1).Amount;
        Command[] commands = [.. last.Commands];
        commands[0] = Command.Of(in altered);
        ChainOutcome outcome = await Chain(commands).ResubmitAsync(party.Client, last.FirstNumber, a.World.CancellationToken).ConfigureAwait(false);
        string code = outcome.Code.ToString();
        return code == a.Text(2) ? code : throw new ScenarioException($"The answer is {code}.");
    }

    private static CommandChain Chain(Command[] commands)
    {
        var chain = new CommandChain();
        foreach (Command command in commands) chain.Add(new PlainCommand { Command = command });
        return chain;
    }
}
