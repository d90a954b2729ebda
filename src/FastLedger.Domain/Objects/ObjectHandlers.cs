// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Objects;

/// <summary>Objects: created once, moved along the edges of their class's table, handed over, pledged; each change is an event.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed partial class ObjectHandlers
{
    /// <summary>State of objects that their issuer revoked.</summary>
    public const uint RevokedState = 15;

    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly ObjectTables _tables;

    /// <summary>Handlers over the context's ledger.</summary>
    public ObjectHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Objects;
    }

    /// <summary>Creates an object in state 0.</summary>
    public ResultCode Create(in CreateObjectCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.RelativeTime)) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Classes.Has(command.Class)) return ResultCode.UnknownClass;
        ref readonly ObjectClassRecord of = ref _tables.Classes[command.Class];
        if (of.Active == 0) return ResultCode.BadState;
        uint owner = command.Owner != 0 ? command.Owner : _context.Policy;
        if (!_context.Authority.Exists(owner)) return ResultCode.UnknownPolicy;
        if (command.Counterparty != 0 && !_context.Authority.Exists(command.Counterparty)) return ResultCode.UnknownPolicy;
        if (!_context.TryTime(command.ValidFromNs, command.Flags, out long from) || !_context.TryTime(command.ValidToNs, command.Flags, out long to)
            || (to != 0 && (to <= from || to <= _context.TimestampNs))) return ResultCode.InvalidTime;
        if (command.Value < of.MinValue || (of.MaxValue != 0 && command.Value > of.MaxValue)) return ResultCode.Forbidden;
        ResultCode code = MayCreate(command, of, owner);
        if (code != ResultCode.Ok) return code;
        if (!_tables.HasRoomFor(command.Class, owner)) return ResultCode.OwnerLimit;
        code = CheckParents(command, of);
        if (code != ResultCode.Ok) return code;
        code = CheckNames(command, of, ref result);
        if (code != ResultCode.Ok) return code;
        bool provable = (of.Flags & ClassFlags.Provable) != 0;
        if (!_context.HasRoomForEvent || (provable && _ledger.Policies.Count == _ledger.Policies.Capacity)) return ResultCode.TableFull;
        uint number = _tables.Objects.Append();
        if (number == 0) return ResultCode.TableFull;

        ref ObjectRecord record = ref _tables.Objects.Change(number);
        record.ExternalId = command.ExternalId;
        record.Class = command.Class;
        record.Owner = owner;
        record.Counterparty = command.Counterparty;
        record.Content = command.Content;
        record.Parent0 = command.Parent0;
        record.Parent1 = command.Parent1;
        record.ValidFromNs = from;
        record.ValidToNs = to;
        record.Value = command.Value;
        record.UserData64 = command.UserData64;
        record.CreatedSequence = _context.Sequence;
        record.ProvedNs = _context.TimestampNs;
        if (provable)
        {
            record.ProofPolicy = _ledger.Agreements.Policies.AddLedgerPolicy();
            record.Seed = _ledger.Tree.Root;
        }

        if (command.ExternalId != UInt128.Zero) _tables.ObjectById.Add(ObjectTables.Key(command.Class, command.ExternalId), number);
        if ((of.Flags & ClassFlags.UniqueContent) != 0) _tables.ObjectByContent.Add(ObjectTables.Key(command.Class, command.Content), number);
        if (to != 0) AwaitExpiry(ref record, number);
        _tables.Count(command.Class, 0, owner);
        _tables.Classes.Change(command.Class).Objects++;
        Note(ref record, number, LedgerEventKind.ObjectCreated, 0, default, command.Code);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Succeeds when the object is as the command says.</summary>
    public ResultCode Check(in CheckObjectCommand command, ref CommandResult result)
    {
        const ObjectChecks all = ObjectChecks.Valid | ObjectChecks.OwnerSigns | ObjectChecks.CounterpartySigns | ObjectChecks.IssuerSigns | ObjectChecks.NoLien;
        if (command.Reserved0 != 0 || command.Reserved1 != 0 || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if ((command.Checks & ~all) != 0) return ResultCode.InvalidFlags;
        if (!_tables.Objects.Has(command.Object)) return ResultCode.UnknownObject;
        ref readonly ObjectRecord record = ref _tables.Objects[(uint)command.Object];
        result.Value = record.Version;
        if (command.Class != 0 && command.Class != record.Class) return ResultCode.InvalidObject;
        if (command.States != 0 && (command.States >> (int)record.State & 1) == 0) return ResultCode.BadState;
        if (command.Owner != 0 && command.Owner != record.Owner) return ResultCode.NotOwner;
        if (command.Counterparty != 0 && command.Counterparty != record.Counterparty) return ResultCode.Unauthorized;
        if (command.Version != 0 && command.Version != record.Version) return ResultCode.VersionDiffers;
        if (!command.Content.IsZero && command.Content != record.Content) return ResultCode.BadProof;
        if ((command.Checks & ObjectChecks.Valid) != 0 && !record.IsValidAt(_context.TimestampNs))
            return _context.TimestampNs < record.ValidFromNs ? ResultCode.TooEarly : ResultCode.Expired;
        if ((command.Checks & ObjectChecks.NoLien) != 0 && record.LienHolder != 0) return ResultCode.LienBlocks;
        ResultCode code = ResultCode.Ok;
        if ((command.Checks & ObjectChecks.OwnerSigns) != 0) code = AsOwner(_context.Check(record.Owner));
        if (code == ResultCode.Ok && (command.Checks & ObjectChecks.CounterpartySigns) != 0) code = _context.Check(record.Counterparty);
        if (code == ResultCode.Ok && (command.Checks & ObjectChecks.IssuerSigns) != 0) code = _context.Check(_tables.Classes[record.Class].IssuePolicy);
        return code;
    }

    private static ResultCode AsOwner(ResultCode code) => code == ResultCode.Unauthorized ? ResultCode.NotOwner : code;

    private ResultCode MayCreate(in CreateObjectCommand command, in ObjectClassRecord of, uint owner)
    {
        ResultCode code = of.IssuePolicy == ReserveCommand.Nobody ? ResultCode.Ok : _context.Check(of.IssuePolicy);
        if (code != ResultCode.Ok) return code;
        if ((of.Flags & ClassFlags.OwnerSigns) != 0 && (code = _context.Check(owner)) != ResultCode.Ok) return AsOwner(code);
        return (of.Flags & ClassFlags.CounterpartySigns) != 0 ? _context.Check(command.Counterparty) : ResultCode.Ok;
    }

    private ResultCode CheckParents(in CreateObjectCommand command, in ObjectClassRecord of)
    {
        if (command.Parent0 != 0 && !_tables.Objects.Has(command.Parent0)) return ResultCode.InvalidParent;
        if (command.Parent1 != 0 && (command.Parent0 == 0 || !_tables.Objects.Has(command.Parent1))) return ResultCode.InvalidParent;
        if (of.ParentClass == 0) return ResultCode.Ok;
        if (command.Parent0 == 0) return ResultCode.InvalidParent;
        ref readonly ObjectRecord parent = ref _tables.Objects[(uint)command.Parent0];
        if (parent.Class != of.ParentClass) return ResultCode.InvalidParent;
        if (of.ParentStates != 0 && (of.ParentStates >> (int)parent.State & 1) == 0) return ResultCode.InvalidParent;
        if ((of.Flags & ClassFlags.ParentValid) != 0 && !parent.IsValidAt(_context.TimestampNs))
            return _context.TimestampNs < parent.ValidFromNs ? ResultCode.TooEarly : ResultCode.Expired;
        return (of.Flags & ClassFlags.ParentPartySigns) != 0 ? _context.Authority.CheckEither(parent.Owner, parent.Counterparty) : ResultCode.Ok;
    }

    private ResultCode CheckNames(in CreateObjectCommand command, in ObjectClassRecord of, ref CommandResult result)
    {
        uint existing = _tables.Find(command.Class, command.ExternalId);
        if (existing != 0)
        {
            result.Value = existing;
            return ResultCode.ExternalIdExists;
        }

        if ((of.Flags & ClassFlags.UniqueContent) == 0) return ResultCode.Ok;
        if (command.Content.IsZero) return ResultCode.InvalidObject;
        existing = _tables.FindContent(command.Class, command.Content);
        if (existing == 0) return ResultCode.Ok;
        result.Value = existing;
        return ResultCode.ContentExists;
    }

    private void AwaitExpiry(ref ObjectRecord record, uint number)
    {
        record.AwaitsExpiry = 1;
        _tables.Expiries.Add(number, record.ValidToNs);
    }

    /// <summary>Writes the event of a change, and its digest into the object.</summary>
    [SkipLocalsInit] // written before it is read
    private void Note(ref ObjectRecord record, uint number, LedgerEventKind kind, uint from, in Hash256 reference, uint code)
    {
        record.Version++;
        record.LastEvent = _context.AddEvent(new LedgerEvent
        {
            Kind = kind,
            Subject = number,
            Previous = record.LastEvent,
            From = (byte)from,
            To = (byte)record.State,
            Owner = record.Owner,
            Counterparty = record.Counterparty,
            LienHolder = record.LienHolder,
            Value = record.Value,
            Content = record.Content,
            Reference = reference,
            Code = code,
        });
        Span<byte> image = stackalloc byte[Hash256.Size + LedgerEvent.Size];
        record.History.Bytes.CopyTo(image);
        _ledger.Agreements.Events.Events.Bytes((uint)record.LastEvent).CopyTo(image[Hash256.Size..]);
        record.History = Blake3.Hash(image);
    }
}
