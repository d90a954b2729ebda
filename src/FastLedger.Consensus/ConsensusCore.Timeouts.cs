// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Pacing;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <content>Leaving a view without a certificate; everything that time drives.</content>
public sealed partial class ConsensusCore
{
    /// <summary>When the core wants a <see cref="ConsensusEvent.Tick"/>, on the monotonic clock.</summary>
    public ulong NextDeadlineNs
    {
        get
        {
            if (!_started || Epoch == 0) return ulong.MaxValue;
            ulong next = Math.Min(_pacemaker.DeadlineNs, Math.Min(_proposeAtNs, _voteAtNs));
            return Math.Min(next, Math.Min(_finalizeAtNs, Math.Min(_wantedAtNs, _fetchAtNs)));
        }
    }

    private void OnTick()
    {
        ulong now = _now.MonotonicNs;
        if (now >= _proposeAtNs) TryPropose();
        if (_proposeAtNs <= now) _proposeAtNs = ulong.MaxValue;
        if (now >= _voteAtNs)
        {
            _voteAtNs = ulong.MaxValue;
            RetryVote();
        }

        if (now >= _fetchAtNs)
        {
            RetryVote();
            _fetchAtNs = ulong.MaxValue;
        }

        if (now >= _finalizeAtNs)
        {
            _finalizeAtNs = ulong.MaxValue;
            if (_views.Get(LockView, View) is { Quorum.IsEmpty: false } slot && _tree.Find(LockBlock) is not null) TryFinalize(slot.Quorum.Value);
        }

        if (now >= _wantedAtNs) RequestWanted();
        if (now < _pacemaker.DeadlineNs) return;
        _pacemaker.Rearm(now);
        if (_closing) RepeatClosing();
        else if (_safety.Self < 0) AskAround();
        else if (!TimeoutView()) AskAround();
        else RetryVote();
    }

    /// <summary>R4: times the view out, or sends the stored timeout again.</summary>
    /// <returns>False when the safety rules refuse.</returns>
    private bool TimeoutView()
    {
        if (!_safety.TryTimeout(_effects, View)) return false;
        _effects.AddCopy(EffectKind.Send, Everyone, 0, _safety.Data.LastTimeout.Bytes);
        return true;
    }

    private void OnTimeout(int sender, int node, ReadOnlySpan<byte> message)
    {
        if (sender < 0 || IsBanned(sender) || !TimeoutMessage.TryRead(message, _validators.Count, out TimeoutMessage timeout)
            || timeout.Voter != sender) return;
        if (_closing || timeout.View < View)
        {
            // The sender is behind, or waits in an epoch that is over.
            AnswerWithSyncInfo(node);
            if (_closing) return;
        }

        bool entered = Safety.SafetyRules.EntryIsProven(
            timeout.View, timeout.HighQc.View, timeout.HasEntry ? timeout.Entry.View : 0, timeout.HasEntry ? timeout.Entry.HighQc.View : 0);
        if (timeout.View < _views.Floor || timeout.HighQc.View >= timeout.View || !entered || !_verifier.Verify(timeout.HighQc)
            || (timeout.HasEntry && !timeout.Entry.Bytes.SequenceEqual(_safety.Data.HighTc.Bytes) && !_verifier.Verify(timeout.Entry))
            || (sender != _safety.Self && !_verifier.VerifyTimeout(timeout.View, timeout.HighQc.View, sender, timeout.Signature))) return;

        if (timeout.HasEntry) AdoptTimeout(timeout.Entry);
        AdoptQuorum(timeout.HighQc);
        RecordTimeout(sender, timeout);
    }

    private void RecordTimeout(int voter, in TimeoutMessage timeout)
    {
        if (_views.Get(timeout.View, View) is not { } slot) return;
        TimeoutSet timeouts = slot.Timeouts;
        if (timeouts.TryGet(voter, out ulong claimed, out ReadOnlySpan<byte> signature))
        {
            if (claimed != timeout.HighQc.View) OnDoubleTimeout(timeout.View, voter, claimed, signature, timeout.HighQc.View, timeout.Signature);
            return;
        }

        timeouts.Add(voter, timeout.HighQc, timeout.Signature, _validators.Count);
        CheckAgainstVotes(voter, timeout.View, timeout.HighQc.View, timeout.Signature);
        if (timeout.View < View) return;

        // Bracha's join: f + 1 timeouts contain a correct one, so waiting longer helps nobody.
        if (timeouts.Count >= _validators.FaultBound + 1 && _safety.Data.HighestTimeoutView < timeout.View) _ = TimeoutView();
        if (timeouts.Count >= Quorum) FormTimeoutCertificate(slot);
    }

    private void FormTimeoutCertificate(ViewSlot slot)
    {
        var writer = new FrameWriter(_composeCertificate);
        slot.Timeouts.WriteCertificate(ref writer, Epoch, slot.View, _validators.Count);
        Invariant.Check(TimeoutCertificate.TryRead(writer.Written, _validators.Count, out TimeoutCertificate certificate));

        // Everyone collects timeouts; the next leader and one more get the certificate in case they miss some.
        int other = (int)((slot.View + (ulong)Math.Max(_safety.Self, 0)) % (ulong)_validators.Count);
        UInt128 targets = (NodeBit(_leaders.Leader(slot.View + 1)) | NodeBit(other)) & ~(_safety.Self >= 0 ? NodeBit(_safety.Self) : 0);
        if (targets != 0)
        {
            var message = _effects.Compose(MessagePrefix.Size + certificate.Bytes.Length);
            MessagePrefix.Write(ref message, MessageKind.TimeoutCertificateAnnounce, Epoch);
            message.Bytes(certificate.Bytes);
            _effects.Send(targets, message.Length);
        }

        AdoptTimeout(certificate);
    }

    private void OnTimeoutCertificate(ReadOnlySpan<byte> message)
    {
        if (_closing || !TimeoutCertificate.TryRead(message[MessagePrefix.Size..], _validators.Count, out TimeoutCertificate certificate)
            || certificate.View < View || !_verifier.Verify(certificate)) return;
        AdoptTimeout(certificate);
    }
}
