// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;

namespace FastLedger.Consensus.Payloads;

/// <summary>
/// The batches above the committed ones that this replica stores or knows to be available: per author a ring of numbers. An
/// author that signs two batches with one number keeps both here, because either may be the one that gets ordered.
/// </summary>
/// <remarks>Thread: one. Alloc: at construction, and the first time an author needs an availability certificate.</remarks>
public sealed class BatchPool
{
    private readonly Entry[] _entries;
    private readonly int _window;

    /// <param name="authors">Most authors.</param>
    /// <param name="window">Batches per author above the committed ones.</param>
    public BatchPool(int authors, int window)
    {
        _window = window;
        _entries = new Entry[authors * window];
        for (int i = 0; i < _entries.Length; i++) _entries[i] = new Entry();
    }

    public void Clear()
    {
        foreach (Entry entry in _entries) entry.Number = 0;
    }

    /// <summary>True when the number is within the window above <paramref name="committed"/>.</summary>
    public bool InWindow(ulong number, ulong committed) => number > committed && number - committed <= (ulong)_window;

    /// <summary>Files a stored batch.</summary>
    /// <returns>The other batch of the same author and number, if there is one: the author is guilty.</returns>
    public bool Store(in BatchReference batch, ReadOnlySpan<byte> signature, out BatchReference other, out ReadOnlySpan<byte> otherSignature)
    {
        Entry entry = Claim(batch);
        other = default;
        otherSignature = default;
        if (!entry.Stored)
        {
            entry.Stored = true;
            entry.Batch = batch;
            signature.CopyTo(entry.Signature);
            return false;
        }

        if (entry.Batch == batch) return false;
        other = entry.Batch;
        otherSignature = entry.Signature;
        entry.HasSecond = true;
        entry.Second = batch;
        return true;
    }

    /// <summary>Files an availability certificate, as a message.</summary>
    public void MarkAvailable(in BatchReference batch, ReadOnlySpan<byte> certificate)
    {
        Entry entry = Claim(batch);
        entry.Available = batch;
        entry.IsAvailable = true;
        entry.Certificate.CopyFrom(certificate);
    }

    /// <summary>The batch is stored here.</summary>
    public bool IsStored(in BatchReference batch)
    {
        Entry entry = At(batch.Author, batch.Number);
        return entry.Number == batch.Number && ((entry.Stored && entry.Batch == batch) || (entry.HasSecond && entry.Second == batch));
    }

    /// <summary>The batch has an availability certificate.</summary>
    public bool IsAvailable(in BatchReference batch)
    {
        Entry entry = At(batch.Author, batch.Number);
        return entry.Number == batch.Number && entry.IsAvailable && entry.Available == batch;
    }

    /// <summary>The certificate of an available batch.</summary>
    public ReadOnlySpan<byte> Certificate(scoped in BatchReference batch) => At(batch.Author, batch.Number).Certificate.Bytes;

    /// <summary>The batch to propose for an author's next number.</summary>
    public bool TryNext(int author, ulong number, out BatchReference batch)
    {
        Entry entry = At(author, number);
        batch = entry.Batch;
        return entry.Number == number && entry.Stored;
    }

    private Entry Claim(in BatchReference batch)
    {
        Entry entry = At(batch.Author, batch.Number);
        if (entry.Number != batch.Number)
        {
            entry.Number = batch.Number;
            entry.Stored = entry.HasSecond = entry.IsAvailable = false;
        }

        return entry;
    }

    private Entry At(int author, ulong number) => _entries[author * _window + (int)(number % (ulong)_window)];

    private sealed class Entry
    {
        public ulong Number { get; set; }

        public bool Stored { get; set; }

        public BatchReference Batch { get; set; }

        public byte[] Signature { get; } = new byte[ISignatureScheme.SignatureSize];

        public bool HasSecond { get; set; }

        public BatchReference Second { get; set; }

        public bool IsAvailable { get; set; }

        public BatchReference Available { get; set; }

        public ByteBuffer Certificate { get; } = new();
    }
}
