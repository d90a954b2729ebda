// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Distributions;

/// <summary>Splits: drafts, shares, and payments to all of them at once.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class SplitHandlers
{
    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly DistributionTables _tables;
    private readonly Movements _movements;

    /// <summary>Handlers over the context's ledger.</summary>
    public SplitHandlers(ExecutionContext context, Movements movements)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Distributions;
        _movements = movements;
    }

    /// <summary>Creates a draft.</summary>
    public ResultCode Create(in CreateSplitCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (_context.Policy == 0) return ResultCode.Unauthorized;
        if (!_ledger.Assets.Has(command.Asset)) return ResultCode.UnknownAsset;
        if (command.Policy != 0 && !_context.Authority.Exists(command.Policy)) return ResultCode.UnknownPolicy;
        if (command.Shares is 0 or > CreateSplitCommand.MaxShares) return ResultCode.InvalidSplit;
        if (command.ExternalId != UInt128.Zero)
        {
            uint existing = _tables.SplitById.Find(command.ExternalId);
            if (existing != 0)
            {
                result.Value = existing;
                return ResultCode.ExternalIdExists;
            }
        }

        uint blocks = (command.Shares + SplitShareBlock.Length - 1) / SplitShareBlock.Length;
        if (_tables.Splits.Count == _tables.Splits.Capacity || _tables.ShareBlocks.Capacity - _tables.ShareBlocks.Count < blocks || !_context.HasRoomForEvent)
            return ResultCode.TableFull;
        uint number = _tables.Splits.Append(), first = _tables.ShareBlocks.Append();
        for (uint i = 1; i < blocks; i++) _tables.ShareBlocks.Append();
        ref SplitRecord split = ref _tables.Splits.Change(number);
        split.ExternalId = command.ExternalId;
        split.Asset = command.Asset;
        split.Policy = command.Policy != 0 ? command.Policy : _context.Policy;
        split.Shares = command.Shares;
        split.FirstBlock = first;
        Note(ref split, number, command.Reference, command.Code);
        if (command.ExternalId != UInt128.Zero) _tables.SplitById.Add(command.ExternalId, number);
        if (_ledger.Undo.IsRecording) _context.Authority.CreatedSplit = number;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Sets one share, which makes an active split a draft again.</summary>
    public ResultCode SetShare(in SetShareCommand command, ref CommandResult result)
    {
        if (!HasZeroReserve(command)) return ResultCode.ReservedFieldNotZero;
        ResultCode code = FindToChange(command.Split, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly SplitRecord seen = ref _tables.Splits[number];
        if (command.Index >= seen.Shares || command.Weight > CreateSplitCommand.TotalWeight || (command.Weight == 0 && command.Account != 0)) return ResultCode.InvalidSplit;
        if (command.Weight != 0)
        {
            if (!_ledger.Accounts.Has(command.Account)) return ResultCode.UnknownAccount;
            if (_ledger.Accounts[(uint)command.Account].Asset != seen.Asset) return ResultCode.DifferentAssets;
        }

        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        ref SplitRecord split = ref _tables.Splits.Change(number);
        split.Active = 0;
        ref SplitShareBlock block = ref _tables.ShareBlocks.Change(split.FirstBlock + (command.Index / SplitShareBlock.Length));
        block.Shares[(int)(command.Index % SplitShareBlock.Length)] = new SplitShareRecord { Account = (uint)command.Account, Weight = command.Weight };
        Note(ref split, number, command.Reference, command.Code);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Ends the draft: the weights must sum to a million, and no account may stand twice.</summary>
    public ResultCode Activate(in SetShareCommand command, ref CommandResult result)
    {
        if (!HasZeroReserve(command) || command.Index != 0 || command.Account != 0 || command.Weight != 0) return ResultCode.ReservedFieldNotZero;
        ResultCode code = FindToChange(command.Split, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly SplitRecord seen = ref _tables.Splits[number];
        if (seen.Active != 0) return ResultCode.AlreadyInState;
        uint total = 0;
        for (uint i = 0; i < seen.Shares; i++)
        {
            SplitShareRecord share = Share(seen, i);
            total += share.Weight;
            for (uint j = 0; j < i && share.Weight != 0; j++)
                if (Share(seen, j).Account == share.Account) return ResultCode.InvalidSplit;
        }

        if (total != CreateSplitCommand.TotalWeight) return ResultCode.InvalidSplit;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        ref SplitRecord split = ref _tables.Splits.Change(number);
        split.Active = 1;
        Note(ref split, number, command.Reference, command.Code);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Pays the accounts of a split.</summary>
    public ResultCode Pay(in PaySplitCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || (command.Reserved1 | command.Reserved2) != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Splits.Has(command.Split)) return ResultCode.UnknownSplit;
        if (!_ledger.Accounts.Has(command.DebitAccount)) return ResultCode.UnknownAccount;
        ref readonly SplitRecord split = ref _tables.Splits[command.Split];
        uint debit = (uint)command.DebitAccount;
        if (split.Active == 0) return ResultCode.BadState;
        if (_ledger.Accounts[debit].Asset != split.Asset) return ResultCode.DifferentAssets;
        ResultCode code = _movements.CheckDebit(debit, command.Amount);
        if (code != ResultCode.Ok) return code;

        Span<uint> weights = stackalloc uint[(int)split.Shares];
        Span<UInt128> amounts = stackalloc UInt128[(int)split.Shares];
        for (uint i = 0; i < split.Shares; i++) weights[(int)i] = Share(split, i).Weight;
        LargestRemainder.Divide(command.Amount, weights, CreateSplitCommand.TotalWeight, amounts);
        for (uint i = 0; i < split.Shares; i++)
        {
            uint credit = Share(split, i).Account;
            UInt128 amount = amounts[(int)i];
            if (amount == UInt128.Zero) continue;
            if (credit == debit) return ResultCode.SameAccount;
            code = _movements.CheckCredit(credit, amount);
            if (code != ResultCode.Ok) return code;

            // The limit of a period is checked against the whole amount, whom it may be paid to against each account.
            code = _movements.CheckRules(debit, credit, command.Amount);
            if (code != ResultCode.Ok) return code;
        }

        for (uint i = 0; i < split.Shares; i++)
        {
            if (amounts[(int)i] == UInt128.Zero) continue;
            ref HistoryEntry entry = ref _movements.Move(HistoryKind.Split, debit, Share(split, i).Account, amounts[(int)i]);
            entry.Code = command.Code;
            entry.Link = command.Split;
            entry.UserData128 = command.UserData128;
            entry.Reference = command.Reference;
        }

        _movements.Spend(debit, command.Amount);
        result.Value = command.Amount;
        return ResultCode.Ok;
    }

    private static bool HasZeroReserve(in SetShareCommand command) =>
        command.Reserved0 == 0 && command.Reserved1 == 0 && command.Reserved2 == UInt128.Zero && command.Reserved3.IsZero;

    private SplitShareRecord Share(in SplitRecord split, uint index) =>
        _tables.ShareBlocks[split.FirstBlock + (index / SplitShareBlock.Length)].Shares[(int)(index % SplitShareBlock.Length)];

    private ResultCode FindToChange(uint wanted, out uint number)
    {
        number = wanted != 0 ? wanted : _context.Authority.CreatedSplit;
        return _tables.Splits.Has(number) ? _context.Check(_tables.Splits[number].Policy) : ResultCode.UnknownSplit;
    }

    private void Note(ref SplitRecord split, uint number, in Hash256 reference, uint code) =>
        split.LastEvent = _context.AddEvent(new LedgerEvent
        {
            Kind = LedgerEventKind.SplitChanged,
            Subject = number,
            Previous = split.LastEvent,
            To = (byte)split.Active,
            Owner = split.Policy,
            Reference = reference,
            Code = code,
        });
}
