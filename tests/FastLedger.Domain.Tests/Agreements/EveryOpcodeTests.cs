// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Outcomes;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Tests.Agreements;

/// <summary>Random commands of every opcode there is, with fields that are often sensible and sometimes garbage.</summary>
public sealed class EveryOpcodeTests(Xunit.Abstractions.ITestOutputHelper output)
{
    internal const int Parties = 6;
    private const int PerBatch = 8;

    private static int Commands => int.TryParse(Environment.GetEnvironmentVariable("FASTledger_COMMANDS"), out int commands) ? commands : 30_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("FASTledger_SEED"), out int given) ? given : 4711;

    [Fact]
    public void Any_command_gets_an_answer_and_one_that_fails_leaves_no_trace()
    {
        output.WriteLine($"seed {Seed}, {Commands} commands");
        var random = new Random(Seed);
        using var ledger = new AgreementLedger(Parties, TestLedger.Small with { MaxSessions = 64, PaymentWorkPerBlock = 16 });
        Prepare(ledger);
        var answered = new Dictionary<(Opcode, bool), int>();
        for (int done = 0; done < Commands; done += PerBatch)
        {
            int party = random.Next(Parties);
            if (random.Next(20) == 0) ledger.Base.Wait(random.Next(1, 20));
            Command[] batch = new Command[PerBatch];
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = Any(random, ledger, party);
                batch[i].Number = ledger.Base.NextNumber(AgreementLedger.Session(party));
            }

            Hash256[] before = Roots(ledger.Base.Ledger);
            bool quiet = ledger.Base.Ledger.NextDueNs > ledger.NowNs + 1;
            CommandResult[] results = ledger.Base.Execute(AgreementLedger.Session(party), batch);
            foreach ((Command command, CommandResult result) in batch.Zip(results))
            {
                var key = (command.Opcode, result.Code == ResultCode.Ok);
                answered[key] = answered.GetValueOrDefault(key) + 1;
                Assert.True(result.Sequence != 0 && Enum.IsDefined(result.Code), $"{command.Opcode}: {result.Code}");
            }

            if (quiet && results.All(r => r.Code != ResultCode.Ok)) Assert.Equal(before, Roots(ledger.Base.Ledger));
            ledger.Base.History.Clear();
            ledger.Base.Events.Clear();
            if (done % 64 == 0) Check(ledger);
        }

        Check(ledger);
        Assert.True(AgreementOpcodes.All(o => answered.ContainsKey((o, false)) || answered.ContainsKey((o, true))));
        string[] never = [.. AgreementOpcodes.Where(o => !answered.ContainsKey((o, true))).Select(o => o.ToString())];
        output.WriteLine($"never succeeded: {string.Join(", ", never)}");
        output.WriteLine(string.Join(", ", answered.Where(a => a.Key.Item2).Select(a => $"{a.Key.Item1} {a.Value}")));
        Assert.Empty(never.Except([nameof(Opcode.Endorse), nameof(Opcode.Enact), nameof(Opcode.CheckPath)]));
    }

    [Fact]
    public void The_same_commands_cut_into_other_blocks_give_the_same_ledger()
    {
        var random = new Random(Seed);
        using var whole = new AgreementLedger(Parties, TestLedger.Small with { MaxSessions = 64 });
        using var cut = new AgreementLedger(Parties, TestLedger.Small with { MaxSessions = 64 });
        Prepare(whole);
        Prepare(cut);
        for (int round = 0; round < 400; round++)
        {
            int party = random.Next(Parties);
            Command[] batch = new Command[PerBatch];
            for (int i = 0; i < batch.Length; i++)
            {
                // What asks for block time, or leaves work to blocks, depends on where blocks end.
                do batch[i] = Any(random, whole, party);
                while (batch[i].Opcode is Opcode.Distribute or Opcode.Reserve or Opcode.CreateRound or Opcode.CreateOutcome or Opcode.CreateObject or Opcode.ChangeObject
                    or Opcode.CreatePolicy or Opcode.Propose or Opcode.Endorse or Opcode.Transfer or Opcode.SubmitPayment or Opcode.ReturnPayment or Opcode.SetSpendingLimit or Opcode.Commit or Opcode.Reveal or Opcode.ReportOutcome or Opcode.DisputeOutcome);
                batch[i].Flags &= ~CommandFlags.Linked;
                batch[i].Number = whole.Base.NextNumber(AgreementLedger.Session(party));
                cut.Base.NextNumber(AgreementLedger.Session(party));
            }

            CommandResult[] first = whole.Base.Execute(AgreementLedger.Session(party), batch);
            CommandResult[] second = [.. batch.Chunk(3).SelectMany(part => cut.Base.Execute(AgreementLedger.Session(party), part))];
            Assert.Equal(first.Select(r => (r.Code, r.Sequence, r.Value)), second.Select(r => (r.Code, r.Sequence, r.Value)));
        }
    }

    private static Opcode[] AgreementOpcodes => [.. Enum.GetValues<Opcode>().Where(o => o >= Opcode.CreatePolicy && o <= Opcode.Redeem)];

    private static readonly Opcode[] Creating =
    [
        Opcode.CreatePolicy, Opcode.CreateClass, Opcode.CreateSplit, Opcode.CreateRound, Opcode.CreateOutcome, Opcode.Propose,
    ];

    private static readonly Opcode[] Using =
    [
        Opcode.ChangeObject, Opcode.TransferObject, Opcode.SetLien, Opcode.ReleaseLien, Opcode.CreateObject, Opcode.PaySplit, Opcode.Commit, Opcode.Reveal,
        Opcode.MintSet, Opcode.BurnSet, Opcode.Redeem, Opcode.DisputeOutcome, Opcode.AmendRound, Opcode.Transfer,
    ];

    private static ulong AccountOf(AgreementLedger ledger, int party, uint asset)
    {
        for (uint n = 1; n < ledger.Base.Ledger.Accounts.Count; n++)
            if (ledger.Base.Ledger.Accounts[n].Asset == asset && ledger.Base.Ledger.Accounts[n].Policy == ledger.Policy(party) && ledger.Base.Ledger.Accounts[n].Flags == AccountFlags.None) return n;
        return 1;
    }

    internal static void Prepare(AgreementLedger ledger)
    {
        for (int i = 0; i < 3; i++)
        {
            uint asset = ledger.Asset(i % Parties, i == 2 ? AssetOptions.ClosedLoop : AssetOptions.None);
            ulong issuer = ledger.Account(i, asset, flags: AccountFlags.Unlimited);
            for (int party = 0; party < Parties; party++) ledger.Pay(i, issuer, ledger.Account(party, asset), 10_000);
        }

        ledger.KeyPolicy(2, [(1, 1, PolicyRoles.Role1), (2, 1, PolicyRoles.Role2), (3, 1, PolicyRoles.None)]);
        Command[] type =
        [
            AgreementLedger.Of(new CreateClassCommand { IssuePolicy = ReserveCommand.Nobody, ClassFlags = ClassFlags.Transferable | ClassFlags.Lienable }),
            AgreementLedger.Of(new SetTransitionCommand { From = 0, To = 1, Role = TransitionRole.Owner }),
            AgreementLedger.Of(new SetTransitionCommand { From = 1, To = 0, Role = TransitionRole.Owner }),
            AgreementLedger.Of(new SetTransitionCommand { From = 1, To = 2, Role = TransitionRole.Expiry }),
            AgreementLedger.Of(new SetTransitionCommand { Opcode = Opcode.ActivateClass }),
        ];
        Assert.Equal(ResultCode.Ok, ledger.ChainCode(0, [], type));
        Command[] split =
        [
            AgreementLedger.Of(new CreateSplitCommand { Asset = 1, Shares = 2 }),
            AgreementLedger.Of(new SetShareCommand { Index = 0, Account = AccountOf(ledger, 0, 1), Weight = 300_000 }),
            AgreementLedger.Of(new SetShareCommand { Index = 1, Account = AccountOf(ledger, 1, 1), Weight = 700_000 }),
            AgreementLedger.Of(new SetShareCommand { Opcode = Opcode.ActivateSplit }),
        ];
        Assert.Equal(ResultCode.Ok, ledger.ChainCode(0, [], split));
        foreach (long opens in new[] { 0, 1500 })
            ledger.Ok(0, new CreateRoundCommand { Kind = RoundKind.SecondPrice, OpensAtNs = opens * TestLedger.SecondNs, ClosesAtNs = (opens + 200) * TestLedger.SecondNs, RevealEndsNs = (opens + 1000) * TestLedger.SecondNs, Flags = CommandFlags.RelativeTime });
        foreach (uint seconds in new[] { 0u, 30u })
        {
            ulong fees = AccountOf(ledger, 0, 1);
            UInt128 made = ledger.Ok(0, new CreateOutcomeCommand { OraclePolicy = ledger.Policy(0), CollateralAsset = 1, Values = 2, DisputeSeconds = seconds, MaxDisputes = seconds / 10, Bond = seconds, BondAccount = seconds == 0 ? 0 : fees });
            for (int party = 0; party < Parties; party++)
                for (uint i = 0; i < 2; i++) ledger.Account(party, (uint)(made >> 64) + i);
        }
    }

    /// <summary>Words of small numbers mostly, because records have small numbers; sometimes all bits at random.</summary>
    internal static Command Any(Random random, AgreementLedger ledger, int party)
    {
        Opcode[] opcodes = Enum.GetValues<Opcode>();
        Command command = default;
        Span<uint> words = MemoryMarshal.Cast<Command, uint>(MemoryMarshal.CreateSpan(ref command, 1));
        int style = random.Next(10);
        for (int i = 4; i < words.Length; i++)
        {
            bool wide = i % 2 != 0;
            words[i] = style switch
            {
                0 => (uint)random.Next(),
                1 => (uint)random.Next(4),
                _ => random.Next(3) != 0 ? 0 : wide && random.Next(3) != 0 ? 0 : (uint)random.Next(1, 24),
            };
        }

        command.Opcode = random.Next(50) == 0 ? (Opcode)random.Next(256) : random.Next(2) == 0 ? opcodes[random.Next(opcodes.Length)] : AgreementOpcodes[random.Next(AgreementOpcodes.Length)];

        // What creates things is tried less often than what uses them.
        if (Creating.Contains(command.Opcode) && random.Next(8) != 0) command.Opcode = Using[random.Next(Using.Length)];
        if (style > 1) Refine(random, ledger, party, ref command);
        if (random.Next(12) == 0) command.Flags |= CommandFlags.Linked;
        if (random.Next(30) == 0) command.Flags |= (CommandFlags)random.Next(1 << 16);
        return command;
    }

    /// <summary>Commands that chance would hardly make succeed.</summary>
    private static void Refine(Random random, AgreementLedger ledger, int party, ref Command command)
    {
        uint Small(int most) => (uint)random.Next(1, most);
        Command made = command.Opcode switch
        {
            Opcode.Transfer => AgreementLedger.Transfer(Small(24), Small(24), Small(50)),
            Opcode.CreatePolicy => AgreementLedger.Of(new CreatePolicyCommand { Threshold = Small(3) }),
            Opcode.SetPolicyMember => AgreementLedger.Of(new SetPolicyMemberCommand { Policy = Small(14), Key = TestLedger.Key((byte)Small(9)), Weight = (ushort)random.Next(3) }),
            Opcode.ActivatePolicy => AgreementLedger.Of(new ActivatePolicyCommand { Policy = Small(14), Threshold = (uint)random.Next(3) }),
            Opcode.Propose => AgreementLedger.Of(new ProposalCommand { Digest = TestLedger.Key((byte)Small(4)) }),
            Opcode.Approve => AgreementLedger.Of(new ProposalCommand { Opcode = Opcode.Approve, Proposal = Small(30), Digest = TestLedger.Key((byte)Small(4)) }),
            Opcode.WithdrawApproval => AgreementLedger.Of(new ProposalCommand { Opcode = Opcode.WithdrawApproval, Proposal = Small(30) }),
            Opcode.AssignPolicy => AgreementLedger.Of(new AssignPolicyCommand { Target = (PolicyTarget)Small(10), Record = Small(24), Policy = Small(12) }),
            Opcode.SetAccountGroups => AgreementLedger.Of(new SetAccountGroupsCommand { Account = Small(40), PayTo = (ulong)random.Next(3), Groups = (ulong)random.Next(3) }),
            Opcode.SetSpendingLimit => AgreementLedger.Of(new SetSpendingLimitCommand { Account = Small(40), PeriodSeconds = Small(60), Limit = Small(500) }),
            Opcode.Reserve => AgreementLedger.Of(new ReserveCommand { DebitAccount = Small(24), CreditAccount = Small(24), Amount = Small(40), ExpiresAtNs = random.Next(2) * 5_000_000_000, Flags = CommandFlags.RelativeTime }),
            Opcode.CreateClass => AgreementLedger.Of(new CreateClassCommand { IssuePolicy = random.Next(2) == 0 ? ReserveCommand.Nobody : 0, ClassFlags = (ClassFlags)random.Next(16) }),
            Opcode.SetTransition => AgreementLedger.Of(new SetTransitionCommand { Class = Small(20), From = (byte)random.Next(3), To = (byte)random.Next(3), Role = (TransitionRole)random.Next(16) }),
            Opcode.ActivateClass => AgreementLedger.Of(new SetTransitionCommand { Opcode = Opcode.ActivateClass, Class = Small(20) }),
            Opcode.CreateObject => AgreementLedger.Of(new CreateObjectCommand { Class = random.Next(2) == 0 ? 1 : Small(20), ExternalId = (UInt128)random.Next(30), Content = TestLedger.Key((byte)random.Next(200)), ValidToNs = random.Next(2) * 20_000_000_000, Flags = CommandFlags.RelativeTime }),
            Opcode.ChangeObject => AgreementLedger.Of(new ChangeObjectCommand { Object = Small(60), State = (uint)random.Next(3), Value = ulong.MaxValue }),
            Opcode.TransferObject => AgreementLedger.Of(new ObjectPartyCommand { Object = Small(60), Party = Small(8) }),
            Opcode.SetLien => AgreementLedger.Of(new ObjectPartyCommand { Opcode = Opcode.SetLien, Object = Small(60), Party = ledger.Policy(party) }),
            Opcode.Reveal => AgreementLedger.Of(new RevealCommand { Round = Small(3), Value = 3, Salt = TestLedger.Key(7) }),
            Opcode.DisputeOutcome => AgreementLedger.Of(new OutcomeCommand { Opcode = Opcode.DisputeOutcome, Outcome = 2, Value = ledger.Tables.Outcomes.Outcomes[2].Value, Account = AccountOf(ledger, party, 1) }),
            Opcode.MintSet or Opcode.BurnSet => AgreementLedger.Of(Set(ledger, party, command.Opcode, Small(3), Small(9))),
            Opcode.Redeem => AgreementLedger.Of(Redemption(ledger, party, Small(3), Small(5))),
            Opcode.ReleaseLien => AgreementLedger.Of(new ObjectPartyCommand { Opcode = Opcode.ReleaseLien, Object = Small(60) }),
            Opcode.CheckObject => AgreementLedger.Of(new CheckObjectCommand { Object = Small(60), States = 3 }),
            Opcode.CreateSplit => AgreementLedger.Of(new CreateSplitCommand { Asset = Small(4), Shares = Small(3) }),
            Opcode.SetShare => AgreementLedger.Of(new SetShareCommand { Split = Small(12), Index = (uint)random.Next(2), Account = Small(24), Weight = random.Next(2) == 0 ? 500_000u : 1_000_000 }),
            Opcode.ActivateSplit => AgreementLedger.Of(new SetShareCommand { Opcode = Opcode.ActivateSplit, Split = Small(12) }),
            Opcode.PaySplit => AgreementLedger.Of(new PaySplitCommand { DebitAccount = AccountOf(ledger, party, 1), Split = random.Next(2) == 0 ? 1 : Small(12), Amount = Small(99) }),
            Opcode.Distribute => AgreementLedger.Of(new DistributeCommand { DebitAccount = Small(24), HeldAsset = Small(4), Amount = Small(99) }),
            Opcode.SetPayoutAccount => AgreementLedger.Of(new SetPayoutAccountCommand { Account = Small(24), PayoutAccount = Small(24) }),
            Opcode.CreateRound => AgreementLedger.Of(new CreateRoundCommand { Kind = RoundKind.Max, OpensAtNs = random.Next(2) * 5_000_000_000, ClosesAtNs = 20_000_000_000, RevealEndsNs = 40_000_000_000, Flags = CommandFlags.RelativeTime }),
            Opcode.AmendRound => AgreementLedger.Of(new AmendRoundCommand { Round = Small(4), Rules = TestLedger.Key(1) }),
            Opcode.Commit => AgreementLedger.Of(Sealed(ledger, party, Small(3))),
            Opcode.CreateOutcome => AgreementLedger.Of(new CreateOutcomeCommand { OraclePolicy = Small(8), Values = 2, CollateralAsset = (uint)random.Next(3) }),
            Opcode.ReportOutcome => AgreementLedger.Of(new OutcomeCommand { Outcome = Small(5), Value = (uint)random.Next(3) }),
            _ => command,
        };
        command = made;
    }

    private static CommitCommand Sealed(AgreementLedger ledger, int party, uint round) =>
        new() { Round = round, Commitment = SealedCommitment.Of(ledger.Base.Ledger.ChainId, round, ledger.Policy(party), 3, TestLedger.Key(7)) };

    private static CompleteSetCommand Set(AgreementLedger ledger, int party, Opcode opcode, uint outcome, uint amount)
    {
        uint first = ledger.Tables.Outcomes.Outcomes[outcome].FirstAsset;
        return new()
        {
            Opcode = opcode,
            Outcome = outcome,
            Amount = amount,
            CollateralAccount = AccountOf(ledger, party, 1),
            Account1 = AccountOf(ledger, party, first),
            Account2 = AccountOf(ledger, party, first + 1),
        };
    }

    private static RedeemCommand Redemption(AgreementLedger ledger, int party, uint outcome, uint amount)
    {
        OutcomeRecord record = ledger.Tables.Outcomes.Outcomes[outcome];
        uint asset = record.FirstAsset + (record.Value == 0 ? 0u : record.Value - 1u);
        return new() { Outcome = outcome, Account = AccountOf(ledger, party, asset), Amount = amount, CollateralAccount = AccountOf(ledger, party, 1) };
    }

    private static Hash256[] Roots(Ledger ledger) =>
        [.. ledger.Tree.Tables.ToArray().Where(t => t.Id is not (TableId.Ledger or TableId.Sessions)).Select(t => t.Root)];

    private static void Check(AgreementLedger ledger)
    {
        Ledger state = ledger.Base.Ledger;
        ledger.Base.AssertSumsAreZero();
        Assert.Equal(state.Agreements.Events.Events.Count - 1, state.Agreements.Events.Tree.Count);
        Assert.Equal(state.Agreements.Events.Record.Root, state.Agreements.Events.Tree.Root);
        uint live = 0;
        for (uint i = 1; i < state.PendingTransfers.Count; i++) if (state.PendingTransfers[i].State == FastLedger.Domain.Transfers.PendingState.Pending) live++;
        Assert.Equal(live, state.Counters.LivePending);
        for (uint i = 1; i < state.Agreements.Outcomes.Outcomes.Count; i++)
        {
            uint vault = state.Agreements.Outcomes.Outcomes[i].Vault;
            if (vault != 0) Assert.True(state.Accounts[vault].Balance >= (Int128)state.Agreements.Outcomes.Outcomes[i].Sets);
        }
    }
}
