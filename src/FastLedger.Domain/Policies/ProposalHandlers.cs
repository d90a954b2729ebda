// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Policies;

/// <summary>Approvals beside the session's own: signatures inside a chain, and proposals that collect them over time.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class ProposalHandlers
{
    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly PolicyTables _tables;
    private readonly Authority _authority;

    /// <summary>Handlers over the context's ledger.</summary>
    public ProposalHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Policies;
        _authority = context.Authority;
    }

    /// <summary>Takes another key's signature on the chain at work.</summary>
    [SkipLocalsInit] // written before it is read
    public ResultCode Endorse(in EndorseCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0) return ResultCode.ReservedFieldNotZero;
        if (!_authority.TakeLeading()) return ResultCode.MustLeadChain;
        if (command.ExpiresAtNs < 0) return ResultCode.InvalidTime;
        if (command.ExpiresAtNs != 0 && command.ExpiresAtNs <= _context.TimestampNs) return ResultCode.Expired;
        uint policy = _tables.Find(command.Key);
        if (policy == 0) return ResultCode.UnknownPolicy;
        if (!_authority.TakeSignature()) return ResultCode.TooManyApprovals;
        Span<byte> message = stackalloc byte[EndorsementMessage.Size];
        EndorsementMessage.Write(message, _ledger.ChainId, _context.Session, command.ExpiresAtNs, _authority.EndorsedDigest);
        Span<Hash256> signature = [command.SignatureR, command.SignatureS];
        if (!Ed25519.Verify(command.Key.Bytes, message, MemoryMarshal.AsBytes(signature))) return ResultCode.BadSignature;
        if (!_authority.Approve(policy)) return ResultCode.TooManyApprovals;
        result.Value = policy;
        return ResultCode.Ok;
    }

    /// <summary>Opens a proposal, which the proposer approves.</summary>
    public ResultCode Propose(in ProposalCommand command, ref CommandResult result)
    {
        if (command.Proposal != 0 || !command.Reserved0.IsZero) return ResultCode.ReservedFieldNotZero;
        if (_context.Policy == 0) return ResultCode.Unauthorized;
        if (command.Digest.IsZero) return ResultCode.BadProof;
        if (!_context.TryTime(command.ExpiresAtNs, command.Flags, out long expires) || (expires != 0 && expires <= _context.TimestampNs)) return ResultCode.InvalidTime;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        uint number = _tables.Proposals.Append();
        if (number == 0) return ResultCode.TableFull;
        ref ProposalRecord proposal = ref _tables.Proposals.Change(number);
        proposal.Digest = command.Digest;
        proposal.ExpiresAtNs = expires;
        proposal.Proposer = _context.Policy;
        proposal.Phase = ProposalPhase.Open;
        proposal.Approvals[0] = _context.Policy;
        proposal.ApprovalCount = 1;
        Note(ref proposal, number, LedgerEventKind.Proposed, command);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Adds the session's approval, and those that the chain brought.</summary>
    public ResultCode Approve(in ProposalCommand command, ref CommandResult result)
    {
        if (command.ExpiresAtNs != 0 || !command.Reserved0.IsZero) return ResultCode.ReservedFieldNotZero;
        if (_context.Policy == 0) return ResultCode.Unauthorized;
        ResultCode code = Find(command, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly ProposalRecord seen = ref _tables.Proposals[number];
        if (seen.Digest != command.Digest) return ResultCode.ProposalMismatch;
        int missing = Place(seen, _context.Policy) < 0 ? 1 : 0;
        foreach (uint policy in _authority.Approvals)
            if (policy != _context.Policy && Place(seen, policy) < 0) missing++;
        if (missing == 0) return ResultCode.AlreadyInState;
        if (seen.ApprovalCount + missing > ProposalRecord.MaxApprovals) return ResultCode.TooManyApprovals;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;

        ref ProposalRecord proposal = ref _tables.Proposals.Change(number);
        Add(ref proposal, _context.Policy);
        foreach (uint policy in _authority.Approvals) Add(ref proposal, policy);
        Note(ref proposal, number, LedgerEventKind.Approved, command);
        result.Value = proposal.ApprovalCount;
        return ResultCode.Ok;
    }

    /// <summary>Takes the session's approval back; the proposer's ends the proposal.</summary>
    public ResultCode Withdraw(in ProposalCommand command, ref CommandResult result)
    {
        if (command.ExpiresAtNs != 0 || !command.Digest.IsZero || !command.Reserved0.IsZero) return ResultCode.ReservedFieldNotZero;
        ResultCode code = Find(command, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly ProposalRecord seen = ref _tables.Proposals[number];
        int at = Place(seen, _context.Policy);
        if (at < 0) return ResultCode.Unauthorized;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        ref ProposalRecord proposal = ref _tables.Proposals.Change(number);
        if (proposal.Proposer == _context.Policy) proposal.Phase = ProposalPhase.Withdrawn;
        for (int i = at; i < proposal.ApprovalCount - 1; i++) proposal.Approvals[i] = proposal.Approvals[i + 1];
        proposal.Approvals[--proposal.ApprovalCount] = 0;
        Note(ref proposal, number, LedgerEventKind.Approved, command);
        result.Value = proposal.ApprovalCount;
        return ResultCode.Ok;
    }

    /// <summary>Opens the chain that carries a proposal out: its approvers approve the rest of the chain.</summary>
    /// <remarks>Only an approver may do so: what a command leaves to the session (an owner that is not named) then stays among them.</remarks>
    public ResultCode Enact(in ProposalCommand command, ref CommandResult result)
    {
        if (command.ExpiresAtNs != 0 || !command.Digest.IsZero || !command.Reserved0.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_authority.TakeLeading()) return ResultCode.MustLeadChain;
        ResultCode code = Find(command, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly ProposalRecord seen = ref _tables.Proposals[number];
        if (seen.Digest != _authority.ProposedDigest) return ResultCode.ProposalMismatch;
        if (Place(seen, _context.Policy) < 0) return ResultCode.Unauthorized;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        for (int i = 0; i < seen.ApprovalCount; i++)
            if (!_authority.Approve(seen.Approvals[i])) return ResultCode.TooManyApprovals;
        ref ProposalRecord proposal = ref _tables.Proposals.Change(number);
        proposal.Phase = ProposalPhase.Enacted;
        Note(ref proposal, number, LedgerEventKind.Enacted, command);
        result.Value = number;
        return ResultCode.Ok;
    }

    private static int Place(in ProposalRecord proposal, uint policy)
    {
        for (int i = 0; i < proposal.ApprovalCount; i++)
            if (proposal.Approvals[i] == policy) return i;
        return -1;
    }

    private static void Add(ref ProposalRecord proposal, uint policy)
    {
        if (Place(proposal, policy) < 0) proposal.Approvals[proposal.ApprovalCount++] = policy;
    }

    private ResultCode Find(in ProposalCommand command, out uint number)
    {
        number = 0;
        if ((command.Flags & ~CommandFlags.Linked) != 0) return ResultCode.InvalidFlags;
        if (!_tables.Proposals.Has(command.Proposal)) return ResultCode.UnknownProposal;
        number = (uint)command.Proposal;
        ref readonly ProposalRecord proposal = ref _tables.Proposals[number];
        bool expired = proposal.ExpiresAtNs != 0 && proposal.ExpiresAtNs <= _context.TimestampNs;
        return proposal.Phase != ProposalPhase.Open || expired ? ResultCode.ProposalClosed : ResultCode.Ok;
    }

    private void Note(ref ProposalRecord proposal, uint number, LedgerEventKind kind, in ProposalCommand command) =>
        proposal.LastEvent = _context.AddEvent(new LedgerEvent
        {
            Kind = kind,
            Subject = number,
            Previous = proposal.LastEvent,
            To = (byte)proposal.Phase,
            Value = proposal.ApprovalCount,
            Content = proposal.Digest,
            Reference = command.Reference,
            Code = command.Code,
        });
}
