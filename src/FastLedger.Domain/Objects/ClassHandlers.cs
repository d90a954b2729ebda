// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Objects;

/// <summary>Classes of objects: drafts, edges, activation.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class ClassHandlers
{
    private const ClassFlags AllFlags = (ClassFlags)((1 << 11) - 1);

    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly ObjectTables _tables;

    /// <summary>Handlers over the context's ledger.</summary>
    public ClassHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Objects;
    }

    /// <summary>Creates a draft.</summary>
    public ResultCode Create(in CreateClassCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (_context.Policy == 0) return ResultCode.Unauthorized;
        if ((command.ClassFlags & ~AllFlags) != 0) return ResultCode.InvalidFlags;
        if (command.Policy != 0 && !_context.Authority.Exists(command.Policy)) return ResultCode.UnknownPolicy;
        if (command.IssuePolicy is not (0 or ReserveCommand.Nobody) && !_context.Authority.Exists(command.IssuePolicy)) return ResultCode.UnknownPolicy;
        if (command.RolePolicy != 0 && !_context.Authority.Exists(command.RolePolicy)) return ResultCode.UnknownPolicy;
        if (command.ParentClass != 0 && !_tables.Classes.Has(command.ParentClass)) return ResultCode.UnknownClass;
        bool provable = (command.ClassFlags & ClassFlags.Provable) != 0;
        bool needsParent = command.ParentStates != 0 || (command.ClassFlags & (ClassFlags.ParentValid | ClassFlags.ParentPartySigns)) != 0;
        if ((needsParent && command.ParentClass == 0) || (command.MaxValue != 0 && command.MaxValue < command.MinValue)
            || (!provable && command.ProofSeconds != 0) || (provable && command.MinValue == 0)) return ResultCode.InvalidClass;
        if (command.ExternalId != UInt128.Zero)
        {
            uint existing = _tables.ClassById.Find(command.ExternalId);
            if (existing != 0)
            {
                result.Value = existing;
                return ResultCode.ExternalIdExists;
            }
        }

        uint number = _tables.Classes.Append();
        if (number == 0) return ResultCode.TableFull;
        uint policy = command.Policy != 0 ? command.Policy : _context.Policy;
        uint issue = command.IssuePolicy != 0 ? command.IssuePolicy : policy;
        ref ObjectClassRecord record = ref _tables.Classes.Change(number);
        record.ExternalId = command.ExternalId;
        record.Policy = policy;
        record.IssuePolicy = issue;
        record.RolePolicy = command.RolePolicy != 0 ? command.RolePolicy : issue;
        record.Flags = command.ClassFlags;
        record.ParentClass = command.ParentClass;
        record.ParentStates = command.ParentStates;
        record.MinValue = command.MinValue;
        record.MaxValue = command.MaxValue;
        record.ProofSeconds = command.ProofSeconds;
        record.MaxPerOwner = command.MaxPerOwner;
        record.Reference = command.Reference;
        if (command.ExternalId != UInt128.Zero) _tables.ClassById.Add(command.ExternalId, number);
        if (_ledger.Undo.IsRecording) _context.Authority.CreatedClass = number;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Sets an edge of a draft.</summary>
    public ResultCode SetTransition(in SetTransitionCommand command, ref CommandResult result)
    {
        if (!HasZeroReserve(command)) return ResultCode.ReservedFieldNotZero;
        if (command.From >= ObjectClassRecord.States || command.To >= ObjectClassRecord.States || command.Role > TransitionRole.Role4) return ResultCode.InvalidClass;
        ResultCode code = FindDraft(command.Class, out uint number);
        if (code != ResultCode.Ok) return code;
        _tables.Classes.Change(number).SetRole(command.From, command.To, command.Role);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Ends the draft.</summary>
    public ResultCode Activate(in SetTransitionCommand command, ref CommandResult result)
    {
        if (!HasZeroReserve(command) || command.From != 0 || command.To != 0 || command.Role != TransitionRole.None) return ResultCode.ReservedFieldNotZero;
        ResultCode code = FindDraft(command.Class, out uint number);
        if (code != ResultCode.Ok) return code;
        _tables.Classes.Change(number).Active = 1;
        result.Value = number;
        return ResultCode.Ok;
    }

    private static bool HasZeroReserve(in SetTransitionCommand command) =>
        command.Reserved0 == 0 && command.Reserved1 == 0 && command.Reserved2.IsZero && command.Reserved3.IsZero && command.Reserved4.IsZero;

    private ResultCode FindDraft(uint wanted, out uint number)
    {
        number = wanted != 0 ? wanted : _context.Authority.CreatedClass;
        if (!_tables.Classes.Has(number)) return ResultCode.UnknownClass;
        ResultCode code = _context.Check(_tables.Classes[number].Policy);
        if (code != ResultCode.Ok) return code;
        return _tables.Classes[number].Active == 0 ? ResultCode.Ok : ResultCode.BadState;
    }
}
