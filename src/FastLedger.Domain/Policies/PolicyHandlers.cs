// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Sessions;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Policies;

/// <summary>Policies of several weighted keys: drafts, members, rotation.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class PolicyHandlers
{
    private const uint MaxThreshold = ushort.MaxValue;

    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly PolicyTables _tables;

    /// <summary>Handlers over the context's ledger.</summary>
    public PolicyHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Policies;
    }

    /// <summary>Creates a draft.</summary>
    public ResultCode Create(in CreatePolicyCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.RelativeTime)) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0 || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (_context.Policy == 0) return ResultCode.Unauthorized;
        if (command.Threshold is 0 or > MaxThreshold) return ResultCode.InvalidPolicy;
        if (command.ChangePolicy is not (0 or ReserveCommand.Nobody) && !_context.Authority.Exists(command.ChangePolicy)) return ResultCode.UnknownPolicy;
        if (!_context.TryTime(command.NotBeforeNs, command.Flags, out long notBefore) || !_context.TryTime(command.ExpiresAtNs, command.Flags, out long expires)
            || (expires != 0 && (expires <= notBefore || expires <= _context.TimestampNs))) return ResultCode.InvalidTime;
        if (command.ExternalId != UInt128.Zero)
        {
            uint existing = _tables.PolicyById.Find(command.ExternalId);
            if (existing != 0)
            {
                result.Value = existing;
                return ResultCode.ExternalIdExists;
            }
        }

        if (_ledger.Policies.Count == _ledger.Policies.Capacity || _tables.KeyGroups.Count == _tables.KeyGroups.Capacity || !_context.HasRoomForEvent) return ResultCode.TableFull;
        uint policy = _ledger.Policies.Append(), number = _tables.KeyGroups.Append();
        ref PolicyRecord record = ref _ledger.Policies.Change(policy);
        record.Kind = PolicyKind.KeyGroup;
        record.KeyGroup = number;
        ref KeyGroupRecord group = ref _tables.KeyGroups.Change(number);
        group.ExternalId = command.ExternalId;
        group.Policy = policy;
        group.Threshold = command.Threshold;
        group.ChangePolicy = command.ChangePolicy;
        group.NotBeforeNs = notBefore;
        group.ExpiresAtNs = expires;
        group.Creator = _context.Policy;
        Note(ref group, default, command.Reference, command.Code);
        if (command.ExternalId != UInt128.Zero) _tables.PolicyById.Add(command.ExternalId, policy);
        if (_ledger.Undo.IsRecording) _context.Authority.CreatedPolicy = policy;
        result.Value = policy;
        return ResultCode.Ok;
    }

    /// <summary>Adds, changes, rotates or removes a member.</summary>
    public ResultCode SetMember(in SetPolicyMemberCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~CommandFlags.Linked) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0) return ResultCode.ReservedFieldNotZero;
        if (command.Key.IsZero) return ResultCode.InvalidKey;
        bool removes = command.Weight == 0;
        if (removes && (!command.NewKey.IsZero || command.Roles != PolicyRoles.None || command.ExpiresSeconds != 0)) return ResultCode.InvalidPolicy;
        if (((uint)command.Roles & ~0xFu) != 0) return ResultCode.InvalidPolicy;
        ResultCode code = FindToChange(command.Policy, out uint number);
        if (code != ResultCode.Ok) return code;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;

        ref readonly KeyGroupRecord seen = ref _tables.KeyGroups[number];
        int at = Place(seen, _tables.Find(command.Key));
        bool rotates = !command.NewKey.IsZero;
        if (at < 0 && (removes || rotates)) return ResultCode.UnknownPolicy;
        if (at < 0 && seen.MemberCount == KeyGroupRecord.MaxMembers) return ResultCode.InvalidPolicy;
        uint weightNow = at < 0 ? 0u : seen.Members[at].Weight;
        if (seen.Active != 0 && Weight(seen) - weightNow + command.Weight < seen.Threshold) return ResultCode.InvalidPolicy;
        if (rotates && Place(seen, _tables.Find(command.NewKey)) >= 0) return ResultCode.InvalidPolicy;
        uint policy = 0;
        if (!removes && (code = _tables.Ensure(rotates ? command.NewKey : command.Key, out policy)) != ResultCode.Ok) return code;

        ref KeyGroupRecord group = ref _tables.KeyGroups.Change(number);
        if (removes)
        {
            // The order of members means nothing: the last one fills the gap.
            group.MemberCount--;
            group.Members[at] = group.Members[group.MemberCount];
            group.Members[group.MemberCount] = default;
        }
        else
        {
            if (at < 0) at = group.MemberCount++;
            group.Members[at] = new KeyGroupMember { Policy = policy, Weight = command.Weight, Roles = command.Roles, ExpiresSeconds = command.ExpiresSeconds };
        }

        Note(ref group, rotates ? command.NewKey : command.Key, command.Reference, command.Code);
        result.Value = group.MemberCount;
        return ResultCode.Ok;
    }

    /// <summary>Ends the draft, or changes the threshold of an active policy.</summary>
    public ResultCode Activate(in ActivatePolicyCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~CommandFlags.Linked) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0 || !command.Reserved1.IsZero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        ResultCode code = FindToChange(command.Policy, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly KeyGroupRecord seen = ref _tables.KeyGroups[number];
        if (seen.Active != 0 && command.Threshold == 0) return ResultCode.AlreadyInState;
        uint threshold = command.Threshold == 0 ? seen.Threshold : command.Threshold;
        if (threshold > MaxThreshold || Weight(seen) < threshold) return ResultCode.InvalidPolicy;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        ref KeyGroupRecord group = ref _tables.KeyGroups.Change(number);
        group.Active = 1;
        group.Threshold = threshold;
        Note(ref group, default, command.Reference, command.Code);
        result.Value = group.Policy;
        return ResultCode.Ok;
    }

    private static uint Weight(in KeyGroupRecord group)
    {
        uint sum = 0;
        for (int i = 0; i < group.MemberCount; i++) sum += group.Members[i].Weight;
        return sum;
    }

    private static int Place(in KeyGroupRecord group, uint policy)
    {
        for (int i = 0; policy != 0 && i < group.MemberCount; i++)
            if (group.Members[i].Policy == policy) return i;
        return -1;
    }

    /// <summary>The members of a policy, when the present approvals may change them.</summary>
    private ResultCode FindToChange(uint policy, out uint number)
    {
        number = 0;
        if (policy == 0) policy = _context.Authority.CreatedPolicy;
        if (!_ledger.Policies.Has(policy) || _ledger.Policies[policy].Kind != PolicyKind.KeyGroup) return ResultCode.UnknownPolicy;
        number = _ledger.Policies[policy].KeyGroup;
        ref readonly KeyGroupRecord group = ref _tables.KeyGroups[number];
        if (group.Active == 0) return _context.Check(group.Creator);
        return group.ChangePolicy == ReserveCommand.Nobody ? ResultCode.Forbidden : _context.Check(group.ChangePolicy == 0 ? policy : group.ChangePolicy);
    }

    private void Note(ref KeyGroupRecord group, in Hash256 key, in Hash256 reference, uint code)
    {
        group.Version++;
        group.LastEvent = _context.AddEvent(new LedgerEvent
        {
            Kind = LedgerEventKind.PolicyChanged,
            Subject = group.Policy,
            Previous = group.LastEvent,
            To = (byte)group.Active,
            Value = group.Threshold,
            Content = key,
            Reference = reference,
            Code = code,
        });
    }
}
