// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Benchmarks.Agreements;

/// <summary>A block with one batch of <see cref="Commands"/> commands of one kind, execution and state root together; time per command.</summary>
[MemoryDiagnoser]
public class AgreementBenchmark : IDisposable
{
    private const int Commands = 1000;
    private const long SecondNs = 1_000_000_000;

    private readonly Hash256[] _hashes = new Hash256[Commands];
    private readonly CommandResult[] _results = new CommandResult[Commands];
    private readonly Command[] _batch = new Command[Commands];
    private Ledger _ledger = null!;
    private Executor _executor = null!;
    private ulong _number = 1;
    private long _time = 1_700_000_000 * SecondNs;
    private ulong _account, _other, _joint, _item;
    private uint _type, _split, _outcome;
    private ulong _yes, _no;

    [GlobalSetup]
    public void Open()
    {
        _ledger = new Ledger(new Genesis { MaxSessions = 16, MaxAssets = 64, MaxAccounts = 1 << 16, MaxPendingTransfers = 1 << 20, MaxInstruments = 16, MaxPriceLevels = 1 << 10, MaxOrders = 1 << 10 }, new ResidentPageStore(), 1);
        _executor = new Executor(_ledger);
        Hash256 key = Blake3.Hash([1]);
        Value(0, new RegisterSessionCommand { Key = key });
        uint asset = (uint)Value(1, new CreateAssetCommand());
        ulong issuer = Value(1, new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited });
        uint policy = (uint)Value(1, new CreatePolicyCommand { Threshold = 1 });
        Value(1, new SetPolicyMemberCommand { Policy = policy, Key = key, Weight = 1 });
        for (byte i = 2; i <= 16; i++) Value(1, new SetPolicyMemberCommand { Policy = policy, Key = Blake3.Hash([i]), Weight = 1 });
        Value(1, new ActivatePolicyCommand { Policy = policy });
        _account = Value(1, new OpenAccountCommand { Asset = asset });
        _other = Value(1, new OpenAccountCommand { Asset = asset });
        _joint = Value(1, new OpenAccountCommand { Asset = asset, Policy = policy });
        foreach (ulong to in new[] { _account, _joint }) Value(1, new TransferCommand { DebitAccount = issuer, CreditAccount = to, Amount = UInt128.One << 90 });
        _type = (uint)Value(1, new CreateClassCommand());
        Value(1, new SetTransitionCommand { Class = _type, Role = TransitionRole.Owner });
        Value(1, new SetTransitionCommand { Opcode = Opcode.ActivateClass, Class = _type });
        _item = Value(1, new CreateObjectCommand { Class = _type });
        _split = (uint)Value(1, new CreateSplitCommand { Asset = asset, Shares = 8 });
        for (uint i = 0; i < 8; i++)
            Value(1, new SetShareCommand { Split = _split, Index = i, Account = Value(1, new OpenAccountCommand { Asset = asset }), Weight = i == 0 ? 912_500u : 12_500 });
        Value(1, new SetShareCommand { Opcode = Opcode.ActivateSplit, Split = _split });
        _outcome = (uint)Value(1, new CreateOutcomeCommand { OraclePolicy = policy, Values = 2, CollateralAsset = asset });
        uint first = _ledger.Agreements.Outcomes.Outcomes[_outcome].FirstAsset;
        _yes = Value(1, new OpenAccountCommand { Asset = first });
        _no = Value(1, new OpenAccountCommand { Asset = first + 1 });
    }

    /// <summary>For comparison: a transfer of a single key.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Commands)]
    public int Transfer() => Run(new TransferCommand { DebitAccount = _account, CreditAccount = _other, Amount = 1 });

    /// <summary>A transfer from an account of a policy with sixteen members.</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int TransferUnderPolicy() => Run(new TransferCommand { DebitAccount = _joint, CreditAccount = _other, Amount = 1 });

    /// <summary>A conditional transfer, which expires a second later.</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int ReserveAndExpire() => Run(new ReserveCommand { DebitAccount = _account, CreditAccount = _other, Amount = 1, ExpiresAtNs = SecondNs, Flags = CommandFlags.RelativeTime, HashLock = Blake3.Hash([7]) });

    /// <summary>A change of an object's state, with its event and history.</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int ChangeObject() => Run(new ChangeObjectCommand { Object = _item, Value = ulong.MaxValue });

    /// <summary>A check of an object.</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int CheckObject() => Run(new CheckObjectCommand { Object = _item });

    /// <summary>A payment to a split of eight.</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int PaySplit() => Run(new PaySplitCommand { DebitAccount = _account, Split = _split, Amount = 60 });

    /// <summary>A complete set of two values.</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int MintSet() => Run(new CompleteSetCommand { Outcome = _outcome, CollateralAccount = _account, Amount = 1, Account1 = _yes, Account2 = _no });

    [GlobalCleanup]
    public void Dispose()
    {
        _executor.Dispose();
        _ledger.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Run<T>(T command) where T : unmanaged, ICommand
    {
        Command raw = Command.Of(in command);
        raw.Opcode = T.Opcode;
        for (int i = 0; i < Commands; i++)
        {
            _batch[i] = raw;
            _batch[i].Number = _number++;
        }

        return Execute(1, _batch);
    }

    private int Execute(uint session, ReadOnlySpan<Command> batch)
    {
        Blake3.HashMany(MemoryMarshal.AsBytes(batch), Command.Size, _hashes.AsSpan(0, batch.Length));
        _time += 2 * SecondNs;
        _executor.BeginBlock(_ledger.Height + 1, _time);
        int failed = _executor.ExecuteBatch(session, batch, _hashes.AsSpan(0, batch.Length), _results);
        _executor.EndBlock();
        _executor.ClearHistory();
        return failed;
    }

    private ulong Value<T>(uint session, T command) where T : unmanaged, ICommand
    {
        Command raw = Command.Of(in command);
        if (raw.Opcode == 0) raw.Opcode = T.Opcode;
        raw.Number = session == 0 ? 1 : _number++;
        if (Execute(session, [raw]) != 0) throw new InvalidOperationException($"{raw.Opcode}: {_results[0].Code}");
        return (ulong)(_results[0].Value & ulong.MaxValue);
    }
}
