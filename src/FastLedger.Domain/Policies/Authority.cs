// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Sessions;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Policies;

/// <summary>
/// Who approves the command at work, and whether that satisfies a policy. A session approves for its own key; the front of a linked chain and
/// proofs shown in it add to that until the chain ends.
/// </summary>
/// <remarks>Callers compare the policy with the session's first, which settles nearly every command. Thread: executor only. Alloc: none.</remarks>
public sealed class Authority
{
    /// <summary>Approvals that one chain can gather.</summary>
    public const int MaxApprovals = 64;

    /// <summary>Signatures that one batch may ask the ledger to verify.</summary>
    public const int MaxSignaturesPerBatch = 512;

    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly uint[] _approvals = new uint[MaxApprovals];
    private int _count;
    private int _leading;
    private int _signatures;
    private Hash256 _endorsedDigest;
    private Hash256 _proposedDigest;

    /// <summary>Authority over the context's ledger.</summary>
    public Authority(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
    }

    /// <summary>Digest of the chain at work as its endorsers sign it.</summary>
    public ref readonly Hash256 EndorsedDigest => ref _endorsedDigest;

    /// <summary>Digest of the chain at work as a proposal names it.</summary>
    public ref readonly Hash256 ProposedDigest => ref _proposedDigest;

    /// <summary>Policies that the chain added to the session's.</summary>
    public ReadOnlySpan<uint> Approvals => _approvals.AsSpan(0, _count);

    /// <summary>Policy created by the chain at work; 0 for none.</summary>
    public uint CreatedPolicy { get; set; }

    /// <summary>Class created by the chain at work; 0 for none.</summary>
    public uint CreatedClass { get; set; }

    /// <summary>Split created by the chain at work; 0 for none.</summary>
    public uint CreatedSplit { get; set; }

    /// <summary>A batch begins.</summary>
    public void BeginBatch() => _signatures = 0;

    /// <summary>A chain begins: its digests are made when its front asks for approvals.</summary>
    public void BeginChain(ReadOnlySpan<Command> chain)
    {
        EndChain();
        while (_leading < chain.Length && chain[_leading].Opcode is Opcode.Endorse or Opcode.Enact) _leading++;
        if (_leading == 0) return;
        _endorsedDigest = ChainDigest.Endorsed(chain);
        _proposedDigest = ChainDigest.Proposed(chain);
    }

    /// <summary>A chain ended, with or without success.</summary>
    public void EndChain()
    {
        _count = 0;
        _leading = 0;
        CreatedPolicy = 0;
        CreatedClass = 0;
        CreatedSplit = 0;
    }

    /// <summary>Takes one command off the front of the chain.</summary>
    /// <returns>False when the command does not stand there.</returns>
    public bool TakeLeading()
    {
        if (_leading == 0) return false;
        _leading--;
        return true;
    }

    /// <summary>Takes one signature off what the batch may ask for.</summary>
    public bool TakeSignature() => ++_signatures <= MaxSignaturesPerBatch;

    /// <summary>Adds an approval for the rest of the chain.</summary>
    /// <returns>False when there is no room.</returns>
    public bool Approve(uint policy)
    {
        if (Approvals.Contains(policy)) return true;
        if (_count == MaxApprovals) return false;
        _approvals[_count++] = policy;
        return true;
    }

    /// <summary>Does the policy itself approve: the session's, or one that the chain added?</summary>
    public bool IsApprover(uint policy) => (policy == _context.Policy && policy != 0) || (_count != 0 && Approvals.Contains(policy));

    /// <summary>Is the policy satisfied?</summary>
    /// <returns><see cref="ResultCode.Ok"/>, <see cref="ResultCode.Unauthorized"/>, <see cref="ResultCode.ThresholdNotMet"/> or
    /// <see cref="ResultCode.PolicyNotInForce"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ResultCode Check(uint policy)
    {
        if (!_ledger.Policies.Has(policy)) return ResultCode.Unauthorized;
        if (IsApprover(policy)) return ResultCode.Ok;
        ref readonly PolicyRecord record = ref _ledger.Policies[policy];
        if (record.Kind != PolicyKind.KeyGroup) return ResultCode.Unauthorized;
        ref readonly KeyGroupRecord group = ref _ledger.Agreements.Policies.KeyGroups[record.KeyGroup];
        bool any = false;
        uint weight = 0;
        for (int i = 0; i < group.MemberCount; i++)
        {
            KeyGroupMember member = group.Members[i];
            if (!IsApprover(member.Policy)) continue;
            any = true;
            if (IsInForce(member)) weight += member.Weight;
        }

        if (!any) return ResultCode.Unauthorized;
        long now = _context.TimestampNs;
        if (group.Active == 0 || now < group.NotBeforeNs || (group.ExpiresAtNs != 0 && now >= group.ExpiresAtNs)) return ResultCode.PolicyNotInForce;
        return weight >= group.Threshold ? ResultCode.Ok : ResultCode.ThresholdNotMet;
    }

    /// <summary>Is either policy satisfied? Of two refusals the one that came nearer is given.</summary>
    public ResultCode CheckEither(uint first, uint second)
    {
        ResultCode one = Check(first);
        if (one == ResultCode.Ok || second == first) return one;
        ResultCode other = Check(second);
        return other == ResultCode.Ok || one == ResultCode.Unauthorized ? other : one;
    }

    /// <summary>Are both policies satisfied? The first refusal is given.</summary>
    public ResultCode CheckBoth(uint first, uint second)
    {
        ResultCode code = Check(first);
        return code != ResultCode.Ok ? code : Check(second);
    }

    /// <summary>Does a member of the policy with this role approve, in force and not expired? One such member is enough.</summary>
    public ResultCode CheckRole(uint policy, PolicyRoles role)
    {
        if (!_ledger.Policies.Has(policy) || _ledger.Policies[policy].Kind != PolicyKind.KeyGroup) return ResultCode.Unauthorized;
        ref readonly KeyGroupRecord group = ref _ledger.Agreements.Policies.KeyGroups[_ledger.Policies[policy].KeyGroup];
        long now = _context.TimestampNs;
        for (int i = 0; i < group.MemberCount; i++)
        {
            KeyGroupMember member = group.Members[i];
            if ((member.Roles & role) == 0 || !IsApprover(member.Policy) || !IsInForce(member)) continue;
            bool inForce = group.Active != 0 && now >= group.NotBeforeNs && (group.ExpiresAtNs == 0 || now < group.ExpiresAtNs);
            return inForce ? ResultCode.Ok : ResultCode.PolicyNotInForce;
        }

        return ResultCode.Unauthorized;
    }

    /// <summary>Can this number stand where a policy is asked for?</summary>
    public bool Exists(uint policy) => _ledger.Policies.Has(policy);

    private bool IsInForce(in KeyGroupMember member) => member.ExpiresSeconds == 0 || _context.TimestampNs < member.ExpiresSeconds * 1_000_000_000L;
}
