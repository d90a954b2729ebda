// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Safety;

/// <summary>
/// What a replica must not forget. In memory it is written through: <see cref="SafetyRules"/> changes it together with the
/// journal record that <see cref="Apply"/> turns back into the same change after a restart.
/// </summary>
public sealed class SafetyData
{
    private readonly byte[] _voteSignature = new byte[ISignatureScheme.SignatureSize];
    private readonly byte[] _finalizeSignature = new byte[ISignatureScheme.SignatureSize];
    private readonly byte[] _stateSignature = new byte[ISignatureScheme.SignatureSize];

    /// <summary>The epoch; all views below are views of it.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>Highest view in which a vote was signed, or that a timeout closed for votes.</summary>
    public ulong LastVotedView { get; set; }

    /// <summary>View of the last vote itself; 0 for none.</summary>
    public ulong LastVoteView { get; set; }

    public Hash256 LastVoteBlock { get; set; }

    public Span<byte> LastVoteSignature => _voteSignature;

    /// <summary>Highest view that was timed out.</summary>
    public ulong HighestTimeoutView { get; set; }

    /// <summary>The timeout of that view, as sent.</summary>
    public ByteBuffer LastTimeout { get; } = new();

    public ulong LastFinalizedView { get; set; }

    public Hash256 LastFinalizedBlock { get; set; }

    public Span<byte> LastFinalizeSignature => _finalizeSignature;

    public ulong LastProposedView { get; set; }

    /// <summary>The proposal of that view, as sent.</summary>
    public ByteBuffer LastProposal { get; } = new();

    public StateCommitment LastState { get; set; }

    public Span<byte> LastStateSignature => _stateSignature;

    /// <summary>Number of the last batch this replica signed as an author.</summary>
    public ulong LastBatchNumber { get; set; }

    /// <summary>
    /// The lock: the highest quorum certificate known. The vote rule never looks at it, and yet it is safety data: a timeout
    /// must report it, or a committed block could be skipped.
    /// </summary>
    public CertificateBuffer Lock { get; } = new();

    /// <summary>View of the lock that the journal holds or will hold with the records written so far.</summary>
    public ulong DurableLockView { get; set; }

    /// <summary>The newest timeout certificate; without it a restarted replica could not enter the cluster's view.</summary>
    public ByteBuffer HighTc { get; } = new();

    public ulong HighTcView { get; private set; }

    /// <summary>Starts an epoch with an empty history and the epoch's genesis certificate as lock.</summary>
    public void BeginEpoch(ulong epoch, in BlockCertificate genesis, int validatorCount)
    {
        Epoch = epoch;
        LastVotedView = LastVoteView = HighestTimeoutView = LastFinalizedView = LastProposedView = LastBatchNumber = 0;
        LastVoteBlock = LastFinalizedBlock = default;
        LastTimeout.Clear();
        LastProposal.Clear();
        LastState = default;
        HighTc.Clear();
        HighTcView = 0;
        Lock.CopyFrom(genesis, validatorCount);
        DurableLockView = 0;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Epoch = 0;
        LastVotedView = LastVoteView = HighestTimeoutView = LastFinalizedView = LastProposedView = LastBatchNumber = 0;
        LastVoteBlock = LastFinalizedBlock = default;
        LastTimeout.Clear();
        LastProposal.Clear();
        LastState = default;
        HighTc.Clear();
        HighTcView = 0;
        Lock.Clear();
        DurableLockView = 0;
    }

    /// <summary>Remembers a verified timeout certificate.</summary>
    /// <returns>False when a newer or equal one is known.</returns>
    public bool RaiseHighTc(in TimeoutCertificate certificate)
    {
        if (certificate.View <= HighTcView) return false;
        HighTc.CopyFrom(certificate.Bytes);
        HighTcView = certificate.View;
        return true;
    }

    /// <summary>Raises the lock to a verified certificate, if it is higher.</summary>
    public void RaiseLock(in BlockCertificate certificate, int validatorCount)
    {
        if (certificate.View > Lock.View) Lock.CopyFrom(certificate, validatorCount);
    }

    /// <summary>Redoes the change that a record of the present epoch describes.</summary>
    /// <returns>False when the bytes are not a record of this version.</returns>
    public bool Apply(ReadOnlySpan<byte> record, int validatorCount)
    {
        var reader = new FrameReader(record);
        RecordKind kind = SafetyRecord.ReadPrefix(ref reader, out byte version, out ulong epoch);
        if (version != SafetyRecord.Version) return false;
        if (epoch != Epoch) return true;
        switch (kind)
        {
            case RecordKind.Proposed: return ApplyProposed(reader.Bytes(reader.Remaining), validatorCount);
            case RecordKind.Voted: return ApplyVoted(ref reader, validatorCount);
            case RecordKind.Finalized: return ApplyFinalized(ref reader, validatorCount);
            case RecordKind.TimedOut: return ApplyTimedOut(reader.Bytes(reader.Remaining), validatorCount);
            case RecordKind.StateVoted:
                LastState = StateCommitment.Read(ref reader);
                reader.Bytes(ISignatureScheme.SignatureSize).CopyTo(_stateSignature);
                return reader.Complete;
            case RecordKind.TimeoutCertificate:
                if (!TimeoutCertificate.TryRead(reader.Bytes(reader.Remaining), validatorCount, out TimeoutCertificate highTc)) return false;
                _ = RaiseHighTc(highTc);
                RestoreLock(highTc.HighQc.Bytes, validatorCount);
                return true;
            case RecordKind.BatchAuthored:
                LastBatchNumber = Math.Max(LastBatchNumber, BatchReference.Read(ref reader).Number);
                return !reader.Failed;
            default: return true;
        }
    }

    private bool ApplyProposed(ReadOnlySpan<byte> message, int validatorCount)
    {
        if (!ProposalMessage.TryRead(message, validatorCount, out ProposalMessage proposal)) return false;
        BlockHeader header = proposal.Block.Header;
        LastProposedView = header.View;
        LastProposal.CopyFrom(message);
        LastVotedView = Math.Max(LastVotedView, header.View);
        return RestoreLock(proposal.Justify.Bytes, validatorCount);
    }

    private bool ApplyVoted(ref FrameReader reader, int validatorCount)
    {
        LastVoteView = reader.U64();
        LastVoteBlock = reader.Hash();
        reader.Bytes(ISignatureScheme.SignatureSize).CopyTo(_voteSignature);
        LastVotedView = Math.Max(LastVotedView, LastVoteView);
        ReadOnlySpan<byte> lockBytes = reader.Blob();
        return reader.Complete && RestoreLock(lockBytes, validatorCount);
    }

    private bool ApplyFinalized(ref FrameReader reader, int validatorCount)
    {
        LastFinalizedView = reader.U64();
        LastFinalizedBlock = reader.Hash();
        reader.Bytes(ISignatureScheme.SignatureSize).CopyTo(_finalizeSignature);
        ReadOnlySpan<byte> lockBytes = reader.Blob();
        return reader.Complete && RestoreLock(lockBytes, validatorCount);
    }

    private bool ApplyTimedOut(ReadOnlySpan<byte> message, int validatorCount)
    {
        if (!TimeoutMessage.TryRead(message, validatorCount, out TimeoutMessage timeout)) return false;
        HighestTimeoutView = timeout.View;
        LastVotedView = Math.Max(LastVotedView, timeout.View);
        LastTimeout.CopyFrom(message);
        if (timeout.HasEntry) _ = RaiseHighTc(timeout.Entry);
        return RestoreLock(timeout.HighQc.Bytes, validatorCount);
    }

    private bool RestoreLock(ReadOnlySpan<byte> bytes, int validatorCount)
    {
        if (bytes.IsEmpty) return true;
        if (!BlockCertificate.TryRead(bytes, validatorCount, out BlockCertificate certificate)) return false;
        RaiseLock(certificate, validatorCount);
        DurableLockView = Math.Max(DurableLockView, Lock.View);
        return true;
    }
}
