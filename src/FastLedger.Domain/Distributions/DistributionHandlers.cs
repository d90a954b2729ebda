// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Events;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Distributions;

/// <summary>Distributions to the holders of an asset: opened by a command, worked on at the start of blocks.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed partial class DistributionHandlers
{
    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly DistributionTables _tables;
    private readonly EventLog _log;
    private readonly Movements _movements;

    /// <summary>Handlers over the context's ledger.</summary>
    public DistributionHandlers(ExecutionContext context, Movements movements)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Distributions;
        _log = _ledger.Agreements.Events;
        _movements = movements;
    }

    /// <summary>Opens a distribution: this command's sequence is the record date.</summary>
    public ResultCode Open(in DistributeCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != 0) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Accounts.Has(command.DebitAccount)) return ResultCode.UnknownAccount;
        if (!_ledger.Assets.Has(command.HeldAsset)) return ResultCode.UnknownAsset;
        uint debit = (uint)command.DebitAccount, unclaimed = debit;
        if (command.UnclaimedAccount != 0)
        {
            if (!_ledger.Accounts.Has(command.UnclaimedAccount)) return ResultCode.UnknownAccount;
            unclaimed = (uint)command.UnclaimedAccount;
            if (_ledger.Accounts[unclaimed].Asset != _ledger.Accounts[debit].Asset) return ResultCode.DifferentAssets;
        }

        ResultCode code = _movements.CheckDebit(debit, command.Amount);
        if (code != ResultCode.Ok) return code;

        // Whom it will pay is not known yet, so an account that may pay only some cannot distribute.
        if ((_ledger.Accounts[debit].Flags & AccountFlags.Ruled) != 0) return ResultCode.Forbidden;
        if (command.ExternalId != UInt128.Zero)
        {
            uint existing = _tables.DistributionById.Find(command.ExternalId);
            if (existing != 0)
            {
                result.Value = existing;
                return ResultCode.ExternalIdExists;
            }
        }

        ref readonly EventLogRecord log = ref _log.Record;
        ulong records = (ulong)(log.OpenDistributions + 1) * _ledger.Accounts.Count;
        if (log.OpenDistributions == DistributionTables.MaxOpen || records > _tables.RecordedBalances.Capacity - 1) return ResultCode.DistributionLimit;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        uint number = _tables.Distributions.Append();
        if (number == 0) return ResultCode.TableFull;

        ref DistributionRecord distribution = ref _tables.Distributions.Change(number);
        distribution.ExternalId = command.ExternalId;
        distribution.Amount = command.Amount;
        distribution.RecordPoint = _ledger.Counters.HistoryEntries + 1;
        distribution.RecordSequence = _context.Sequence;
        distribution.AccountsEnd = _ledger.Accounts.Count;
        distribution.HeldAsset = command.HeldAsset;
        distribution.DebitAccount = debit;
        distribution.UnclaimedAccount = unclaimed;
        distribution.Phase = DistributionPhase.Waiting;
        distribution.UserData128 = command.UserData128;
        distribution.Reference = command.Reference;
        distribution.Code = command.Code;
        _ledger.Accounts.Change(debit).DebitsPending += command.Amount;
        _ledger.Counters.RecordPoint = distribution.RecordPoint;

        ref EventLogRecord changed = ref _log.Change();
        if (changed.LastDistribution != 0) _tables.Distributions.Change(changed.LastDistribution).Next = number;
        else changed.FirstDistribution = number;
        changed.LastDistribution = number;
        changed.OpenDistributions++;
        if (command.ExternalId != UInt128.Zero) _tables.DistributionById.Add(command.ExternalId, number);
        Note(ref distribution, number, LedgerEventKind.DistributionOpened);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Names the account to which what is distributed to another one goes.</summary>
    public ResultCode SetPayout(in SetPayoutAccountCommand command, ref CommandResult result)
    {
        if (!command.Reserved0.IsZero || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Accounts.Has(command.Account) || !_ledger.Accounts.Has(command.PayoutAccount)) return ResultCode.UnknownAccount;
        uint account = (uint)command.Account, asset = _ledger.Accounts[(uint)command.PayoutAccount].Asset;
        ResultCode code = _context.Check(_ledger.Accounts[account].Policy);
        if (code != ResultCode.Ok) return code;
        uint number = _tables.PayoutByAccount.Find(DistributionTables.Pair(account, asset));
        if (number == 0)
        {
            number = _tables.PayoutAccounts.Append();
            if (number == 0) return ResultCode.TableFull;
            _tables.PayoutByAccount.Add(DistributionTables.Pair(account, asset), number);
        }

        ref PayoutAccountRecord payout = ref _tables.PayoutAccounts.Change(number);
        payout.Account = account;
        payout.Asset = asset;
        payout.Payout = (uint)command.PayoutAccount;
        result.Value = account;
        return ResultCode.Ok;
    }

    private void Note(ref DistributionRecord distribution, uint number, LedgerEventKind kind) =>
        distribution.LastEvent = _context.AddEvent(new LedgerEvent
        {
            Kind = kind,
            Subject = number,
            Previous = distribution.LastEvent,
            To = (byte)distribution.Phase,
            Value = distribution.Holders,
            Reference = distribution.Reference,
            Code = distribution.Code,
        });
}
