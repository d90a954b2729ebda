// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;

namespace FastLedger.Node.Cluster;

/// <summary>
/// The batches that are not executed yet: a ring per author, so that nobody can take another's room, and one for batches that had to be
/// fetched. Bounded; what does not fit is left to be fetched when a block needs it.
/// </summary>
/// <remarks>Thread: claims and <see cref="IsInWindow"/> from any, everything else the consensus thread. Alloc: none after construction.</remarks>
internal sealed class BatchStore : IDisposable
{
    private const ulong Slack = 8;
    private readonly int _ringBytes;
    private BatchRing[] _rings;
    private readonly ulong[] _executed = new ulong[ValidatorSet.MaxCount];
    private readonly ulong _window;

    /// <param name="authors">Authors of the present epoch.</param>
    /// <param name="ringBytes">Memory per author.</param>
    /// <param name="window">Batches that an author may have above its executed ones.</param>
    public BatchStore(int authors, int ringBytes, int window)
    {
        _window = (ulong)window;
        _ringBytes = ringBytes;
        _rings = new BatchRing[authors];
        for (int i = 0; i < authors; i++) _rings[i] = new BatchRing(ringBytes);
        Fetched = new BatchRing(ringBytes);
    }

    /// <summary>Batches that an author may have above its executed ones.</summary>
    public int Window => (int)((2 * _window) + Slack);

    /// <summary>Batches that were asked for.</summary>
    public BatchRing Fetched { get; }

    /// <summary>Per author, the number of its last executed batch.</summary>
    public ReadOnlySpan<ulong> Executed => _executed;

    public int Authors => _rings.Length;

    /// <summary>Makes room for the authors of an epoch; what is there stays.</summary>
    public void Grow(int authors)
    {
        if (authors <= _rings.Length) return;
        BatchRing[] rings = new BatchRing[authors];
        _rings.CopyTo(rings, 0);
        for (int i = _rings.Length; i < authors; i++) rings[i] = new BatchRing(_ringBytes);
        Volatile.Write(ref _rings, rings);
    }

    /// <summary>The batches that came from their author itself.</summary>
    public BatchRing Of(int author) => _rings[author];

    /// <summary>The number may be stored: neither executed nor far ahead. Any thread.</summary>
    public bool IsInWindow(int author, ulong number)
    {
        ulong executed = Volatile.Read(ref _executed[author]);
        return number > executed && number - executed <= 2 * _window + Slack;
    }

    public bool TryFind(in BatchReference reference, out StoredBatch batch)
    {
        batch = default;
        return reference.Author < _rings.Length && (_rings[reference.Author].TryFind(reference, out batch) || Fetched.TryFind(reference, out batch));
    }

    /// <summary>The same batch is here a second time, besides the newest one of <paramref name="ring"/>.</summary>
    public bool HoldsOther(BatchRing ring, StoredBatch batch) =>
        ring.CountOf(batch.Reference) > 1 || (ring == Fetched ? _rings[batch.Reference.Author] : Fetched).CountOf(batch.Reference) > 0;

    /// <summary>The batch was executed; its memory may go.</summary>
    public void OnExecuted(int author, ulong number)
    {
        if (number > _executed[author]) Volatile.Write(ref _executed[author], number);
    }

    /// <summary>Frees what was executed.</summary>
    public void Release()
    {
        foreach (BatchRing ring in _rings) ring.Release(_executed);
        Fetched.Release(_executed);
    }

    /// <summary>An epoch begins: numbers start again.</summary>
    public void Clear()
    {
        Array.Clear(_executed);
        foreach (BatchRing ring in _rings) ring.Clear();
        Fetched.Clear();
    }

    public void Dispose()
    {
        foreach (BatchRing ring in _rings) ring.Dispose();
        Fetched.Dispose();
    }
}
