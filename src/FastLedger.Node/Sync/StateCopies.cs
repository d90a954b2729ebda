// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading;
using FastLedger.Consensus.Messages;
using FastLedger.Domain;
using FastLedger.Node.Cluster;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Sync;

/// <summary>
/// The states that this replica gives out: at most two, made when a peer asks and dropped when nobody asks any more. All replicas make them
/// at the same heights, so that a peer can fetch one from several. A state that is larger than allowed is not given out.
/// </summary>
/// <remarks>Thread: <see cref="AfterBlock"/> and <see cref="IdleTurn"/> the executor's, <see cref="Certify"/> the consensus stage's, the rest
/// the serving thread's. Blocks: short locks; the executor waits while one chunk is read.</remarks>
internal sealed class StateCopies(long mostBytes, Func<ulong, byte[]> epochEnd, Action<string> report) : IStateSources, IDisposable
{
    /// <summary>Copies are made at heights that are multiples of it, or at the last height when nothing happens.</summary>
    public const ulong Interval = 64;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Unused = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private StateCopy? _newest, _older;
    private long _madeAt, _usedAt, _lastBlockAt;
    private volatile bool _wanted;
    private volatile bool _uncertified;
    private bool _isTooLarge;

    public IStateSource? Newest => _newest is { IsCertified: true } ? _newest : _older is { IsCertified: true } ? _older : null;

    /// <summary>Copies made so far.</summary>
    public long Made { get; private set; }

    public ReadOnlySpan<byte> EpochEnd(ulong epoch) => epochEnd(epoch);

    public IStateSource? At(ulong height)
    {
        if (_newest is { IsCertified: true } newest && newest.Height == height) return newest;
        return _older is { IsCertified: true } older && older.Height == height ? older : null;
    }

    /// <summary>Answers a query; a peer that looks for a state has one made.</summary>
    public StateServing Answer(StateSyncServer server, ushort template, ReadOnlySpan<byte> query, Span<byte> answer, out ushort answerTemplate, out int length)
    {
        lock (_lock)
        {
            _usedAt = Stopwatch.GetTimestamp();
            if (IsManifestQuery(template) && (_newest is null || Stopwatch.GetElapsedTime(_madeAt) > Fresh)) _wanted = true;
            return server.Answer(template, query, answer, out answerTemplate, out length);
        }
    }

    /// <summary>A block was executed.</summary>
    public void AfterBlock(Ledger ledger)
    {
        _lastBlockAt = Stopwatch.GetTimestamp();
        if (_wanted && ledger.Height % Interval == 0) Make(ledger);
    }

    /// <summary>There is nothing to execute.</summary>
    public void IdleTurn(Ledger ledger)
    {
        if (!_wanted || ledger.Height == 0 || Stopwatch.GetElapsedTime(_lastBlockAt) < Quiet) return;
        if (_newest?.Height == ledger.Height) _wanted = false;
        else Make(ledger);
    }

    /// <summary>Gives a copy its certificate and its block, if both are there.</summary>
    public void Certify(CertificateRing certificates, JournalArchive archive)
    {
        if (!_uncertified) return;
        lock (_lock)
        {
            if (_newest is not { IsCertified: false } copy || !certificates.Has(copy.Height) || !archive.TryReadBlock(copy.Height, out byte[] block)) return;
            _uncertified = false;

            // The state after an epoch's last block is followed by that of another set of validators: the next copy is easier to go on from.
            if (BlockImage.TryRead(block, out BlockImage image) && image.Header.NextSetDigest.IsZero) copy.Certify(certificates.Message(copy.Height), block);
            else _wanted = true;
        }
    }

    /// <summary>Drops what nobody asked for in a while.</summary>
    public void ReleaseUnused()
    {
        lock (_lock)
        {
            if (_newest is null || Stopwatch.GetElapsedTime(_usedAt) < Unused) return;
            Drop();
        }
    }

    public void Dispose()
    {
        lock (_lock) Drop();
    }

    private static bool IsManifestQuery(ushort template) => template == (ushort)Protocol.Messages.TemplateId.StateManifestQuery;

    private void Drop()
    {
        _newest?.Dispose();
        _older?.Dispose();
        _newest = _older = null;
        _wanted = false;
    }

    private void Make(Ledger ledger)
    {
        long bytes = StateCopy.SizeOf(ledger);
        if (bytes > mostBytes)
        {
            _wanted = false;
            if (!_isTooLarge) report(FormattableString.Invariant($"A peer wants the state; its {bytes:N0} bytes are more than state.sync_bytes = {mostBytes:N0} allows to copy."));
            _isTooLarge = true;
            return;
        }

        var copy = new StateCopy(ledger);
        lock (_lock)
        {
            _wanted = false;
            (_older, StateCopy? oldest) = (_newest, _older);
            oldest?.Dispose();
            _newest = copy;
            _madeAt = Stopwatch.GetTimestamp();
            _uncertified = true;
            Made++;
        }
    }
}
