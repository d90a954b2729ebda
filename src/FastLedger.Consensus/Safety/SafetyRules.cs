// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Safety;

/// <summary>
/// The rules that make a fork impossible while at most f validators are faulty. Nothing else holds the signing key, and no
/// method signs without having written, as an earlier effect, the record that makes the signature unforgettable: the host
/// carries effects out in order and waits for durability in between.
/// </summary>
/// <remarks>
/// Jolteon's 2-chain rules (Fig. 2) in DiemBFT v4's form (<c>safety_rules_2chain.rs</c>) with Aptos' order votes. Views of one
/// epoch only. In short:
/// <list type="bullet">
/// <item>R1 vote: once per view, views strictly increasing, never at or below a view that was timed out, only into a view whose
/// entry is proven: a certificate of the view before, or a timeout certificate of the view before that reports nothing newer
/// than the block's parent.</item>
/// <item>R3 finalize: only what is certified, once per view, never at or below a view that was timed out; the certificate
/// becomes the lock in the same record.</item>
/// <item>R4 time out: reports the lock. Whoever signed R1 or R3 before carries, in the timeout, a lock at least that high, so
/// the certificate of q timeouts cannot hide a block that q voters made final.</item>
/// </list>
/// There is deliberately no test "parent at or above the lock" in R1: the timeout certificate replaces it. Such a test would
/// bring back the hidden-lock deadlock of two-phase HotStuff (§4.4 of the paper).
/// </remarks>
public sealed class SafetyRules(ISigner signer)
{
    private readonly ISigner _signer = signer;
    private Hash256 _chain;
    private readonly List<Hash256> _retired = [];
    private Hash256 _key;
    private HaltReason _halted;
    private int _validatorCount;

    /// <summary>The durable state; others read it.</summary>
    public SafetyData Data { get; } = new();

    /// <summary>Own place in the epoch's validator set, or −1: then nothing is signed.</summary>
    public int Self { get; private set; } = -1;

    /// <summary>Why nothing is signed any more. A retired key is a reason for as long as the epoch's set names it.</summary>
    public HaltReason Halted => _halted == HaltReason.None && Self >= 0 && _retired.Contains(_key) ? HaltReason.AmnesiaDetected : _halted;

    /// <summary>Own keys under which nothing is signed, in any epoch: what they signed before is forgotten.</summary>
    public IReadOnlyList<Hash256> Retired => _retired;

    /// <summary>The own key in the epoch's set; zero when it has none.</summary>
    public Hash256 Key => Self >= 0 ? _key : default;

    private bool MaySign => Self >= 0 && Halted == HaltReason.None;

    /// <summary>Forgets everything; replaying the journal comes next.</summary>
    public void Clear()
    {
        Data.Clear();
        Self = -1;
        _halted = HaltReason.None;
        _retired.Clear();
    }

    /// <summary>Stops signing. There is no way back but a restart, and for some reasons not even that.</summary>
    public void Halt(HaltReason reason)
    {
        if (Halted == HaltReason.None) _halted = reason;
    }

    /// <summary>Signs nothing under a key any more: a journal that knew what it signed is gone. A later epoch may name another one.</summary>
    public void Retire(in Hash256 key)
    {
        if (!_retired.Contains(key)) _retired.Add(key);
    }

    /// <summary>Begins an epoch. From here on nothing of an earlier epoch can be signed: its number is in every statement.</summary>
    public void BeginEpoch(in Hash256 chain, ulong epoch, ValidatorSet validators, in BlockCertificate genesis)
    {
        _chain = chain;
        _validatorCount = validators.Count;
        Self = -1;
        for (int i = 0; i < validators.Count && Self < 0; i++)
        {
            if (_signer.Holds(validators.Key(i))) Self = i;
        }

        if (Self >= 0) _key = validators.Key(Self);
        Data.BeginEpoch(epoch, genesis, validators.Count);
    }

    /// <summary>R1. Signs a vote for a block of <paramref name="view"/>.</summary>
    /// <param name="effects">Receives the record.</param>
    /// <param name="view">The block's view.</param>
    /// <param name="block">The block's id.</param>
    /// <param name="justifyView">View of the parent, which the block's certificate is for.</param>
    /// <param name="entryView">View of the timeout certificate that came with the block; 0 for none.</param>
    /// <param name="entryHighQcView">The highest certificate that it reports.</param>
    /// <param name="signature">64 bytes: the signature, or the stored one when the same vote is asked for again.</param>
    public bool TryVote(
        EffectBuffer effects, ulong view, in Hash256 block, ulong justifyView, ulong entryView, ulong entryHighQcView, Span<byte> signature)
    {
        if (!MaySign) return false;
        if (view == Data.LastVoteView && block == Data.LastVoteBlock && view > Data.HighestTimeoutView)
        {
            // Asked again, after a lost answer or a restart: the same signature, no new record.
            Data.LastVoteSignature.CopyTo(signature);
            return true;
        }

        if (view <= Data.LastVotedView || view <= Data.HighestTimeoutView) return false;
        if (!EntryIsProven(view, justifyView, entryView, entryHighQcView)) return false;

        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        _signer.Sign(_key, Statement.Vote(buffer, _chain, Data.Epoch, view, block), signature);
        Data.LastVotedView = view;
        Data.LastVoteView = view;
        Data.LastVoteBlock = block;
        signature.CopyTo(Data.LastVoteSignature);
        PersistVote(effects, RecordKind.Voted, view, block, signature);
        return true;
    }

    /// <summary>R3. Signs that the block of a verified certificate is final.</summary>
    public bool TryFinalize(EffectBuffer effects, in BlockCertificate quorum, Span<byte> signature)
    {
        ulong view = quorum.View;
        if (!MaySign || view == 0) return false;
        if (view == Data.LastFinalizedView && quorum.BlockId == Data.LastFinalizedBlock && view > Data.HighestTimeoutView)
        {
            Data.LastFinalizeSignature.CopyTo(signature);
            return true;
        }

        if (view <= Data.LastFinalizedView || view <= Data.HighestTimeoutView) return false;

        Data.RaiseLock(quorum, _validatorCount);
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        _signer.Sign(_key, Statement.Finalize(buffer, _chain, Data.Epoch, view, quorum.BlockId), signature);
        Data.LastFinalizedView = view;
        Data.LastFinalizedBlock = quorum.BlockId;
        signature.CopyTo(Data.LastFinalizeSignature);
        PersistVote(effects, RecordKind.Finalized, view, quorum.BlockId, signature);
        return true;
    }

    /// <summary>R4. Times out <paramref name="view"/>; the message is in <see cref="SafetyData.LastTimeout"/> afterwards.</summary>
    /// <returns>False when the view may not be timed out; asking again for the same view is allowed and signs nothing.</returns>
    public bool TryTimeout(EffectBuffer effects, ulong view)
    {
        if (!MaySign || view < Data.LastVotedView || view < Data.HighestTimeoutView || view <= Data.Lock.View) return false;
        if (view == Data.HighestTimeoutView) return true;

        bool enteredByQc = Data.Lock.View + 1 == view;
        if (!enteredByQc && Data.HighTcView + 1 != view) return false;

        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        Span<byte> signature = stackalloc byte[ISignatureScheme.SignatureSize];
        _signer.Sign(_key, Statement.Timeout(buffer, _chain, Data.Epoch, view, Data.Lock.View), signature);

        ReadOnlySpan<byte> entry = enteredByQc ? default : Data.HighTc.Bytes;
        var record = effects.Compose(SafetyRecord.PrefixSize + 128 + Data.Lock.Length + entry.Length);
        SafetyRecord.WritePrefix(ref record, RecordKind.TimedOut, Data.Epoch);
        TimeoutMessage.Write(ref record, Data.Epoch, view, Self, Data.Lock.Bytes, entry, signature);
        Data.HighestTimeoutView = view;
        Data.LastVotedView = Math.Max(Data.LastVotedView, view);
        Data.LastTimeout.CopyFrom(record.Written[SafetyRecord.PrefixSize..]);
        Data.DurableLockView = Data.Lock.View;
        effects.Persist(record.Length);
        return true;
    }

    /// <summary>R1 for the leader. Signs an own proposal, which is its vote, and appends the signature to the message.</summary>
    /// <param name="effects">Receives the record.</param>
    /// <param name="view">The block's view.</param>
    /// <param name="block">The block's id.</param>
    /// <param name="justifyView">View of the parent.</param>
    /// <param name="entryView">View of the attached timeout certificate; 0 for none.</param>
    /// <param name="entryHighQcView">The highest certificate that it reports.</param>
    /// <param name="unsigned">The message without its signature.</param>
    /// <remarks>The message is in <see cref="SafetyData.LastProposal"/> afterwards.</remarks>
    public bool TryPropose(
        EffectBuffer effects, ulong view, in Hash256 block, ulong justifyView, ulong entryView, ulong entryHighQcView,
        ReadOnlySpan<byte> unsigned)
    {
        if (!MaySign || view <= Data.LastProposedView || view <= Data.LastVotedView || view <= Data.HighestTimeoutView) return false;
        if (!EntryIsProven(view, justifyView, entryView, entryHighQcView)) return false;

        var record = effects.Compose(SafetyRecord.PrefixSize + unsigned.Length + ISignatureScheme.SignatureSize);
        SafetyRecord.WritePrefix(ref record, RecordKind.Proposed, Data.Epoch);
        record.Bytes(unsigned);
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        _signer.Sign(_key, Statement.Vote(buffer, _chain, Data.Epoch, view, block), record.Reserve(ISignatureScheme.SignatureSize));
        Data.LastProposedView = view;
        Data.LastVotedView = view;
        Data.LastProposal.CopyFrom(record.Written[SafetyRecord.PrefixSize..]);
        effects.Persist(record.Length);
        return true;
    }

    /// <summary>Signs a state commitment; heights strictly increase, so two roots for one height cannot be signed.</summary>
    public bool TryStateVote(EffectBuffer effects, in StateCommitment commitment, Span<byte> signature)
    {
        if (!MaySign || commitment.Height <= Data.LastState.Height) return false;
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        _signer.Sign(_key, Statement.State(buffer, _chain, Data.Epoch, commitment), signature);
        Data.LastState = commitment;
        signature.CopyTo(Data.LastStateSignature);
        var record = effects.Compose(SafetyRecord.PrefixSize + StateCommitment.Size + ISignatureScheme.SignatureSize);
        SafetyRecord.WritePrefix(ref record, RecordKind.StateVoted, Data.Epoch);
        commitment.Write(ref record);
        record.Bytes(signature);
        effects.Persist(record.Length);
        return true;
    }

    /// <summary>Signs an own batch; numbers are dense, so two batches cannot get one number.</summary>
    public bool TryAuthorBatch(EffectBuffer effects, in BatchReference batch, Span<byte> signature)
    {
        if (!MaySign || batch.Author != Self || batch.Number != Data.LastBatchNumber + 1) return false;
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        _signer.Sign(_key, Statement.Batch(buffer, _chain, Data.Epoch, batch), signature);
        Data.LastBatchNumber = batch.Number;
        var record = effects.Compose(SafetyRecord.PrefixSize + BatchReference.Size + ISignatureScheme.SignatureSize);
        SafetyRecord.WritePrefix(ref record, RecordKind.BatchAuthored, Data.Epoch);
        batch.Write(ref record);
        record.Bytes(signature);
        effects.Persist(record.Length);
        return true;
    }

    /// <summary>Signs that a batch is stored. The batch's bytes stand in the journal before every effect of this step.</summary>
    public bool TryAcknowledge(in BatchReference batch, Span<byte> signature)
    {
        if (!MaySign) return false;
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        _signer.Sign(_key, Statement.Availability(buffer, _chain, Data.Epoch, batch), signature);
        return true;
    }

    /// <summary>
    /// E1: the parent is certified in the view before, then no timeout certificate belongs to the block. E2: else a timeout
    /// certificate of the view before, which reports nothing newer than the parent.
    /// </summary>
    public static bool EntryIsProven(ulong view, ulong justifyView, ulong entryView, ulong entryHighQcView) =>
        justifyView + 1 == view
            ? entryView == 0
            : justifyView < view && entryView + 1 == view && justifyView >= entryHighQcView;

    private void PersistVote(EffectBuffer effects, RecordKind kind, ulong view, in Hash256 block, ReadOnlySpan<byte> signature)
    {
        // The lock rides in the record as soon as it is higher than what the journal holds.
        ReadOnlySpan<byte> lockBytes = Data.Lock.View > Data.DurableLockView ? Data.Lock.Bytes : default;
        var record = effects.Compose(SafetyRecord.PrefixSize + 8 + Hash256.Size + ISignatureScheme.SignatureSize + 4 + lockBytes.Length);
        SafetyRecord.WritePrefix(ref record, kind, Data.Epoch);
        record.U64(view);
        record.Hash(block);
        record.Bytes(signature);
        record.Blob(lockBytes);
        Data.DurableLockView = Data.Lock.View;
        effects.Persist(record.Length);
    }
}
