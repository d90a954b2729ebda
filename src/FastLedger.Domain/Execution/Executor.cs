// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Agreements;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Sessions;
using FastLedger.Domain.Trading;
using FastLedger.Domain.Transfers;
using FastLedger.Domain.Validators;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Execution;

/// <summary>
/// Executes blocks: <see cref="BeginBlock"/>, a batch after the other, <see cref="EndBlock"/>. A batch is a total function of the state and
/// its bytes: every command gets a result, none throws, a failing one leaves nothing but its consumed number.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: page faults on first touch of new records.</remarks>
public sealed partial class Executor : IDisposable
{
    /// <summary>Commands a batch may hold.</summary>
    public const int MaxBatchCommands = 8190;

    private const int PrefetchDistance = 12;
    private const int LinkPrefetchDistance = 5;

    private readonly Ledger _ledger;
    private readonly ExecutionContext _context;
    private readonly AccountHandlers _accounts;
    private readonly TransferHandlers _transfers;
    private readonly InstrumentHandlers _instruments;
    private readonly OrderHandlers _orders;
    private readonly ClearingHandlers _clearing;
    private readonly CounterpartyDispatch _counterparties;
    private readonly AgreementHandlers _agreements;
    private readonly ValidatorHandlers _validators;
    private readonly Slab<Receipt> _receipts = new(MaxBatchCommands);
    private ulong _height;
    private SessionRecord _session;
    private uint _sessionNumber;

    /// <summary>An executor over <paramref name="ledger"/>.</summary>
    public Executor(Ledger ledger)
    {
        _ledger = ledger;
        _context = new ExecutionContext(ledger);
        _accounts = new AccountHandlers(_context);
        _transfers = new TransferHandlers(_context);
        _instruments = new InstrumentHandlers(_context);
        _orders = new OrderHandlers(_context);
        _clearing = new ClearingHandlers(_context);
        _counterparties = new CounterpartyDispatch(_context);
        _agreements = new AgreementHandlers(_context, _transfers);
        _validators = new ValidatorHandlers(_context);
    }

    /// <summary>The state.</summary>
    public Ledger Ledger => _ledger;

    /// <summary>Events of what was executed last: the batch, or the work at the start of the block.</summary>
    public ReadOnlySpan<OrderEvent> Events => _context.Events.Items;

    /// <summary>History entries made since <see cref="ClearHistory"/>; the last one has the number
    /// <see cref="LedgerCounters.HistoryEntries"/>.</summary>
    public ReadOnlySpan<HistoryEntry> History => _context.History.Items;

    /// <summary>Command hash and result of each command of the last batch: the leaves of its receipts tree.</summary>
    public ReadOnlySpan<Receipt> Receipts => _receipts.Items;

    /// <summary>The history entries were handed on.</summary>
    public void ClearHistory() => _context.History.Clear();

    /// <summary>Starts a block and releases the pending transfers whose time has come.</summary>
    /// <param name="height">One above the last block's.</param>
    /// <param name="timestampNs">Above the last block's.</param>
    public void BeginBlock(ulong height, long timestampNs)
    {
        Invariant.Check(height == _ledger.Height + 1 && timestampNs > _ledger.TimestampNs);
        _height = height;
        _context.TimestampNs = timestampNs;
        _context.Session = 0;
        _context.Policy = 0;
        _context.Events.Clear();
        _transfers.ExpireDue();
        _agreements.BeginBlock();
        _clearing.BeginBlock();
    }

    /// <summary>Ends the block.</summary>
    /// <param name="endsEpoch">The block is the last one of its epoch: the change of validators that waited counts from here on.</param>
    /// <returns>The state root.</returns>
    public Hash256 EndBlock(bool endsEpoch = false)
    {
        if (endsEpoch) _ledger.Validators.BeginEpoch();
        return _ledger.Close(_height, _context.TimestampNs);
    }

    /// <summary>Executes one batch.</summary>
    /// <param name="session">The session that signed it; 0 for the replicas' own batch.</param>
    /// <param name="commands">1 … <see cref="MaxBatchCommands"/> commands.</param>
    /// <param name="hashes">BLAKE3 of each command.</param>
    /// <param name="results">Room for one result per command.</param>
    /// <returns>Commands that did not answer <see cref="ResultCode.Ok"/>.</returns>
    public int ExecuteBatch(uint session, ReadOnlySpan<Command> commands, ReadOnlySpan<Hash256> hashes, Span<CommandResult> results)
    {
        Invariant.Check(commands.Length is > 0 and <= MaxBatchCommands);
        Invariant.Check(hashes.Length == commands.Length && results.Length >= commands.Length);
        if (_ledger.Tree.Residency is { } residency) Prepare(residency, session, commands);
        _context.Events.Clear();
        _receipts.Clear();
        _sessionNumber = session;
        bool known = session == 0 || _ledger.Sessions.Has(session);
        _session = known && session != 0 ? _ledger.Sessions[session] : default;
        _context.Session = session;
        _context.Policy = _session.Policy;
        _context.Authority.BeginBatch();
        if (known && session != 0) _ledger.Results.Open(session, _session.Commands, commands.Length);

        for (int i = 0; i < commands.Length && i < PrefetchDistance; i++) Prefetch(commands[i]);
        int failed = 0;
        ulong previous = 0;
        for (int i = 0; i < commands.Length;)
        {
            int end = i;
            while (end < commands.Length && (commands[end].Flags & CommandFlags.Linked) != 0) end++;
            int next = Math.Min(end + 1, commands.Length);
            for (int j = i; j < next; j++)
            {
                if (j + PrefetchDistance < commands.Length) Prefetch(commands[j + PrefetchDistance]);
                if (j + LinkPrefetchDistance < commands.Length) PrefetchLinks(commands[j + LinkPrefetchDistance]);
            }

            if (!known) Refuse(commands, hashes, results, i, next, ResultCode.UnknownSession);
            else if (end == i) ExecuteSingle(commands, hashes, results, i, ref previous);
            else ExecuteChain(commands, hashes, results, i, next, open: end == commands.Length, ref previous);
            for (; i < next; i++)
            {
                results[i].Index = (uint)i;
                if (results[i].Code != ResultCode.Ok) failed++;
            }
        }

        AddReceipts(hashes, results[..commands.Length]);

        if (known && session != 0)
        {
            ref SessionRecord record = ref _ledger.Sessions.Change(session);
            record.LastNumber = _session.LastNumber;
            record.Commands = _session.Commands;
        }

        return failed;
    }

    /// <summary>Frees the buffers; not the ledger.</summary>
    public void Dispose()
    {
        _orders.Dispose();
        _context.Dispose();
        _receipts.Dispose();
    }

    /// <summary>
    /// After the last command, not after each: a result is written field by field, and reading it back whole before its stores have left for
    /// the cache waits for every store before them, those to accounts that are not in the cache included.
    /// </summary>
    private void AddReceipts(ReadOnlySpan<Hash256> hashes, ReadOnlySpan<CommandResult> results)
    {
        for (int i = 0; i < results.Length; i++)
        {
            ref Receipt receipt = ref _receipts.Add();
            receipt.CommandHash = hashes[i];
            receipt.Result = results[i];
        }
    }

    private void Refuse(ReadOnlySpan<Command> commands, ReadOnlySpan<Hash256> hashes, Span<CommandResult> results, int from, int to, ResultCode code)
    {
        for (int i = from; i < to; i++) results[i] = new CommandResult { Code = code };
    }

    private void ExecuteSingle(ReadOnlySpan<Command> commands, ReadOnlySpan<Hash256> hashes, Span<CommandResult> results, int at, ref ulong previous)
    {
        ref readonly Command command = ref commands[at];
        ref CommandResult result = ref results[at];
        result = default;
        if (command.Number <= previous)
        {
            result.Code = ResultCode.NumberNotIncreasing;
            return;
        }

        previous = command.Number;
        if (command.Number <= _session.LastNumber)
        {
            Resend(command, hashes[at], ref result);
            return;
        }

        _context.Sequence = ++_ledger.Counters.Sequence;
        result.Sequence = _context.Sequence;
        result.Code = Dispatch(command, ref result);
        if (result.Code != ResultCode.Ok && !KeepsValue(result.Code)) result.Value = UInt128.Zero;
        if (_ledger.Counters.FirstTouchedMember != 0) _clearing.AfterCommand();
        Consume(command, hashes[at], result);
    }

    private void Resend(in Command command, in Hash256 hash, ref CommandResult result)
    {
        ResultCode code = _sessionNumber == 0
            ? ResultCode.ResultNotRetained
            : _ledger.Results.Find(_sessionNumber, _session.Commands, _session.LastNumber, command.Number, hash, out result);
        if (code != ResultCode.Ok) result = new CommandResult { Code = code };
    }

    private void Consume(in Command command, in Hash256 hash, in CommandResult result)
    {
        if (_sessionNumber == 0) return;
        _ledger.Results.Store(_sessionNumber, _session.Commands, command.Number, hash, result);
        _session.Commands++;
        _session.LastNumber = command.Number;
    }

    /// <summary>Failures whose value tells more.</summary>
    private static bool KeepsValue(ResultCode code) =>
        code is ResultCode.ExternalIdExists or ResultCode.SessionExists or ResultCode.MassCancelPartial
            or ResultCode.PaymentState or ResultCode.CycleShortfall
            or ResultCode.VariationShortfall or ResultCode.LossUncovered or ResultCode.DeliveryIncomplete
            or ResultCode.ContentExists or ResultCode.VersionDiffers or ResultCode.AlreadyCommitted;

    private ResultCode Dispatch(in Command command, ref CommandResult result)
    {
        switch (command.Opcode)
        {
            case Opcode.Transfer:
                return _transfers.Transfer(Command.As<TransferCommand>(in command), ref result);
            case Opcode.PostPending:
                return _transfers.Post(Command.As<TransferCommand>(in command), ref result);
            case Opcode.VoidPending:
                return _transfers.Void(Command.As<TransferCommand>(in command), ref result);
            case Opcode.PlaceOrder:
                return _orders.Place(Command.As<PlaceOrderCommand>(in command), ref result);
            case Opcode.AmendOrder:
                return _orders.Amend(Command.As<ChangeOrderCommand>(in command), ref result);
        }

        if (command.Opcode is >= Opcode.CreatePolicy and <= Opcode.Redeem) return _agreements.Dispatch(command, ref result);
        if ((command.Flags & ~CommandFlags.Linked) != 0) return ResultCode.InvalidFlags;
        switch (command.Opcode)
        {
            case Opcode.CancelOrder:
                return _orders.Cancel(Command.As<ChangeOrderCommand>(in command), ref result);
            case Opcode.ReduceOrder:
                return _orders.Reduce(Command.As<ChangeOrderCommand>(in command), ref result);
            case Opcode.MassCancel:
                return _orders.MassCancel(Command.As<MassCancelCommand>(in command), ref result);
            case Opcode.CreateInstrument:
                return _instruments.Create(Command.As<CreateInstrumentCommand>(in command), ref result);
            case Opcode.SetInstrumentState:
                return _instruments.SetState(Command.As<SetInstrumentStateCommand>(in command), ref result);
            case Opcode.Noop:
                return ResultCode.Ok;
            case Opcode.RegisterSession:
                return _accounts.RegisterSession(Command.As<RegisterSessionCommand>(in command), ref result);
            case Opcode.CreateAsset:
                return _accounts.CreateAsset(Command.As<CreateAssetCommand>(in command), ref result);
            case Opcode.OpenAccount:
                return _accounts.OpenAccount(Command.As<OpenAccountCommand>(in command), ref result);
            case Opcode.SetFloor or Opcode.FreezeAccount or Opcode.UnfreezeAccount or Opcode.CloseAccount or Opcode.ReopenAccount:
                return _accounts.ChangeAccount(Command.As<ChangeAccountCommand>(in command), ref result);
            case Opcode.ChangeValidators:
                return _validators.Change(Command.As<ChangeValidatorsCommand>(in command), ref result);
            case >= Opcode.CreateCounterparty and <= Opcode.ApplyWaterfall:
                return _counterparties.Dispatch(command, ref result);
            default:
                return _clearing.Dispatch(command, ref result);
        }
    }

    private void Prefetch(in Command command)
    {
        if (command.Opcode == Opcode.Transfer)
        {
            ref readonly TransferCommand transfer = ref Command.As<TransferCommand>(in command);
            _ledger.Accounts.Prefetch(transfer.DebitAccount);
            _ledger.Accounts.Prefetch(transfer.CreditAccount);
        }
        else if (command.Opcode is >= Opcode.PlaceOrder and <= Opcode.AmendOrder)
        {
            _orders.Prefetch(command);
        }
    }

    private void PrefetchLinks(in Command command)
    {
        if (command.Opcode is >= Opcode.PlaceOrder and <= Opcode.AmendOrder) _orders.PrefetchLinks(command);
    }
}
