// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Objects;

// Changes: states, owners, liens, the end of validity.
public sealed partial class ObjectHandlers
{
    /// <summary>Objects whose validity ends that one block looks at.</summary>
    public const int MaxExpiriesPerBlock = 8192;

    /// <summary>Moves an object along an edge.</summary>
    public ResultCode Change(in ChangeObjectCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.RelativeTime)) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0) return ResultCode.ReservedFieldNotZero;
        if (command.State >= ObjectClassRecord.States) return ResultCode.InvalidObject;
        ResultCode code = Find(command.Object, command.Version, ref result, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly ObjectRecord seen = ref _tables.Objects[number];
        ref readonly ObjectClassRecord of = ref _tables.Classes[seen.Class];
        long to = 0;
        bool endless = command.ValidToNs == -1, newEnd = command.ValidToNs != 0;
        if (newEnd && !endless && (!_context.TryTime(command.ValidToNs, command.Flags, out to) || to <= _context.TimestampNs || to <= seen.ValidFromNs))
            return ResultCode.InvalidTime;
        bool newValue = command.Value != ulong.MaxValue;
        if (newValue && (command.Value < of.MinValue || (of.MaxValue != 0 && command.Value > of.MaxValue))) return ResultCode.Forbidden;
        bool newContent = !command.Content.IsZero && command.Content != seen.Content;
        if (newContent && (of.Flags & ClassFlags.ContentMayChange) == 0) return ResultCode.Forbidden;
        bool newParty = command.Counterparty is not (0 or ChangeObjectCommand.NoCounterparty);
        if (newParty && !_context.Authority.Exists(command.Counterparty)) return ResultCode.UnknownPolicy;
        code = MayMove(seen, of, command.State);
        if (code != ResultCode.Ok) return code;
        if (newParty && (code = _context.Check(command.Counterparty)) != ResultCode.Ok) return code;
        if (newContent && (of.Flags & ClassFlags.UniqueContent) != 0)
        {
            uint existing = _tables.FindContent(seen.Class, command.Content);
            if (existing != 0)
            {
                // Contents that the object itself had stay taken by it.
                result.Value = existing;
                return ResultCode.ContentExists;
            }
        }

        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        ref ObjectRecord record = ref _tables.Objects.Change(number);
        uint from = record.State;
        record.State = command.State;
        if (command.Counterparty != 0) record.Counterparty = newParty ? command.Counterparty : 0;
        if (newValue) record.Value = command.Value;
        if (newContent)
        {
            record.Content = command.Content;
            if ((of.Flags & ClassFlags.UniqueContent) != 0) _tables.ObjectByContent.Add(ObjectTables.Key(record.Class, command.Content), number);
        }

        if (newEnd)
        {
            if (record.AwaitsExpiry != 0) _tables.Expiries.Remove(number);
            record.AwaitsExpiry = 0;
            record.ValidToNs = to;
            if (to != 0) AwaitExpiry(ref record, number);
        }

        Note(ref record, number, LedgerEventKind.ObjectChanged, from, command.Reference, command.Code);
        result.Value = record.Version;
        return ResultCode.Ok;
    }

    /// <summary>Hands an object over, pledges it, or ends the pledge.</summary>
    public ResultCode ChangeParty(in ObjectPartyCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if ((command.Opcode == Opcode.ReleaseLien && command.Party != 0) || (command.Opcode != Opcode.SetLien && command.LienAmount != 0)) return ResultCode.ReservedFieldNotZero;
        ResultCode code = Find(command.Object, command.Version, ref result, out uint number);
        if (code != ResultCode.Ok) return code;
        if (command.Opcode != Opcode.ReleaseLien && !_context.Authority.Exists(command.Party)) return ResultCode.UnknownPolicy;
        ref readonly ObjectRecord seen = ref _tables.Objects[number];
        code = command.Opcode switch
        {
            Opcode.TransferObject => MayTransfer(seen, command.Party),
            Opcode.SetLien => MaySetLien(seen, command.Party),
            _ => seen.LienHolder == 0 ? ResultCode.BadState : _context.Check(seen.LienHolder),
        };
        if (code != ResultCode.Ok) return code;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;

        ref ObjectRecord record = ref _tables.Objects.Change(number);
        LedgerEventKind kind;
        switch (command.Opcode)
        {
            case Opcode.TransferObject:
                _tables.Count(record.Class, record.Owner, command.Party);
                record.Owner = command.Party;
                kind = LedgerEventKind.ObjectTransferred;
                break;
            case Opcode.SetLien:
                record.LienHolder = command.Party;
                record.LienAmount = command.LienAmount;
                kind = LedgerEventKind.LienSet;
                break;
            default:
                record.LienHolder = 0;
                record.LienAmount = 0;
                kind = LedgerEventKind.LienReleased;
                break;
        }

        Note(ref record, number, kind, record.State, command.Reference, command.Code);
        result.Value = record.Version;
        return ResultCode.Ok;
    }

    /// <summary>Takes the edge for the end of validity of the objects whose time has come, where their state has one.</summary>
    public void ExpireDue()
    {
        for (int seen = 0; seen < MaxExpiriesPerBlock && _tables.Expiries.NextNs <= _context.TimestampNs && _context.HasRoomForEvent; seen++)
        {
            uint number = _tables.Expiries.First;
            _tables.Expiries.Remove(number);
            ref ObjectRecord record = ref _tables.Objects.Change(number);
            record.AwaitsExpiry = 0;
            ref readonly ObjectClassRecord of = ref _tables.Classes[record.Class];
            uint to = 0;
            while (to < ObjectClassRecord.States && of.Role(record.State, to) != TransitionRole.Expiry) to++;
            if (to == ObjectClassRecord.States) continue;
            _context.Sequence = ++_ledger.Counters.Sequence;
            uint from = record.State;
            record.State = to;
            Note(ref record, number, LedgerEventKind.ObjectExpired, from, default, 0);
        }
    }

    private ResultCode Find(ulong wanted, ulong version, ref CommandResult result, out uint number)
    {
        number = 0;
        if (!_tables.Objects.Has(wanted)) return ResultCode.UnknownObject;
        number = (uint)wanted;
        if (version == 0 || version == _tables.Objects[number].Version) return ResultCode.Ok;
        result.Value = _tables.Objects[number].Version;
        return ResultCode.VersionDiffers;
    }

    /// <summary>Does whoever the edge names sign?</summary>
    private ResultCode MayMove(in ObjectRecord record, in ObjectClassRecord of, uint to)
    {
        bool revoked = to == RevokedState && (of.Flags & ClassFlags.Revocable) != 0 && record.State != RevokedState;
        if (revoked && of.IssuePolicy != ReserveCommand.Nobody && _context.Check(of.IssuePolicy) == ResultCode.Ok) return ResultCode.Ok;
        TransitionRole role = of.Role(record.State, to);
        switch (role)
        {
            case TransitionRole.None or TransitionRole.Expiry:
                // A revocable object has the edge; it is only the issuer who may take it.
                return revoked ? _context.Check(of.IssuePolicy) : ResultCode.BadState;
            case TransitionRole.Anyone:
                return ResultCode.Ok;
            case TransitionRole.Owner:
                return AsOwner(_context.Check(record.Owner));
            case TransitionRole.Counterparty:
                return _context.Check(record.Counterparty);
            case TransitionRole.Issuer:
                return _context.Check(of.IssuePolicy);
            case TransitionRole.Administrator:
                return _context.Check(of.Policy);
            case TransitionRole.LienHolder:
                return _context.Check(record.LienHolder);
            case TransitionRole.OwnerAndCounterparty:
                return _context.Authority.CheckBoth(record.Owner, record.Counterparty);
            case TransitionRole.OwnerOrCounterparty:
                return _context.Authority.CheckEither(record.Owner, record.Counterparty);
            case TransitionRole.OwnerAndIssuer:
                return _context.Authority.CheckBoth(record.Owner, of.IssuePolicy);
            case TransitionRole.CounterpartyAndIssuer:
                return _context.Authority.CheckBoth(record.Counterparty, of.IssuePolicy);
            default:
                return _context.Authority.CheckRole(of.RolePolicy, (PolicyRoles)(1 << (role - TransitionRole.Role1)));
        }
    }

    private ResultCode MayTransfer(in ObjectRecord record, uint receiver)
    {
        ref readonly ObjectClassRecord of = ref _tables.Classes[record.Class];
        ResultCode code = AsOwner(_context.Check(record.Owner));
        if (code != ResultCode.Ok) return code;
        if ((of.Flags & ClassFlags.Transferable) == 0) return ResultCode.Forbidden;
        if (receiver == record.Owner) return ResultCode.AlreadyInState;
        if (record.State == RevokedState && (of.Flags & ClassFlags.Revocable) != 0) return ResultCode.BadState;
        if (!record.IsValidAt(_context.TimestampNs)) return _context.TimestampNs < record.ValidFromNs ? ResultCode.TooEarly : ResultCode.Expired;
        if (record.LienHolder != 0 && _context.Check(record.LienHolder) != ResultCode.Ok) return ResultCode.LienBlocks;
        if ((of.Flags & ClassFlags.ReceiverSigns) != 0 && (code = _context.Check(receiver)) != ResultCode.Ok) return code;
        return _tables.HasRoomFor(record.Class, receiver) ? ResultCode.Ok : ResultCode.OwnerLimit;
    }

    private ResultCode MaySetLien(in ObjectRecord record, uint holder)
    {
        ResultCode code = AsOwner(_context.Check(record.Owner));
        if (code != ResultCode.Ok) return code;
        if ((_tables.Classes[record.Class].Flags & ClassFlags.Lienable) == 0) return ResultCode.Forbidden;
        return record.LienHolder != 0 ? ResultCode.LienBlocks : _context.Check(holder);
    }
}
