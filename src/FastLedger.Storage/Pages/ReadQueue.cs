// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>Pages that the caller of a page store asked for, on their way to the store, and back when they have come.</summary>
/// <param name="most">Requests under way at most.</param>
/// <remarks>
/// Thread: <see cref="TryAdd"/> and <see cref="TryTake"/> the caller's, the rest the store's. Alloc: none. Blocks: no.
/// </remarks>
internal sealed class ReadQueue(int most) : IDisposable
{
    private const int EntryBytes = 128; // of a ring: a request, or what became of it

    private readonly ByteRing _requests = new(most * EntryBytes);
    private readonly ByteRing _completions = new(most * EntryBytes); // as many as can be under way: none ever waits for room
    private ulong _taken; // of the caller
    private ulong _cursor, _behindFirst; // of the store
    private ulong _announced; // requests before this cursor have been announced

    /// <summary>Adds a request.</summary>
    /// <returns>False when too many are under way.</returns>
    public bool TryAdd(in ReadRequest request)
    {
        if (!_requests.TryClaim(Unsafe.SizeOf<ReadRequest>(), out ByteRing.Entry entry)) return false;
        MemoryMarshal.AsRef<ReadRequest>(entry.Payload) = request;
        ByteRing.Publish(entry);
        return true;
    }

    /// <summary>Takes a page that has come.</summary>
    /// <returns>False when none has.</returns>
    public bool TryTake(out PageRead read)
    {
        read = default;
        if (!_completions.TryRead(ref _taken, out ByteRing.Entry entry)) return false;
        read = MemoryMarshal.Read<PageRead>(entry.Payload);
        _completions.Release(_taken);
        return true;
    }

    /// <summary>Shows the first request; <see cref="Remove"/> follows when it was begun.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryPeek(out ReadRequest request)
    {
        request = default;
        _behindFirst = _cursor;
        if (!_requests.TryRead(ref _behindFirst, out ByteRing.Entry entry)) return false;
        request = MemoryMarshal.Read<ReadRequest>(entry.Payload);
        return true;
    }

    /// <summary>The request that was shown is no longer needed.</summary>
    public void Remove()
    {
        _cursor = _behindFirst;
        _requests.Release(_cursor);
    }

    /// <summary>Takes note of a request that this was not called for yet, and leaves it where it is.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryAnnounce(out PageKey key)
    {
        key = default;
        if (_announced < _cursor) _announced = _cursor;
        if (!_requests.TryRead(ref _announced, out ByteRing.Entry entry)) return false;
        key = MemoryMarshal.Read<ReadRequest>(entry.Payload).Key;
        return true;
    }

    /// <summary>Room for a page that has come; <see cref="Complete"/> follows.</summary>
    public bool TryClaim(out ByteRing.Entry entry) => _completions.TryClaim(Unsafe.SizeOf<PageRead>(), out entry);

    /// <summary>A page has come to its destination.</summary>
    public static void Complete(ByteRing.Entry entry, in WaitingPage page, ulong height)
    {
        MemoryMarshal.Write(entry.Payload, new PageRead(page.Key, page.Tag, height));
        ByteRing.Publish(entry);
    }

    /// <summary>Frees the rings.</summary>
    public void Dispose()
    {
        _requests.Dispose();
        _completions.Dispose();
    }
}

/// <summary>A page that is asked for.</summary>
internal unsafe struct ReadRequest
{
    /// <summary>Which page.</summary>
    public PageKey Key;

    /// <summary>Gets the page's bytes.</summary>
    public byte* Destination;

    /// <summary>Comes back with the page.</summary>
    public ulong Tag;

    /// <summary>So many writes must be applied before: see <see cref="WriteQueue.LastOf"/>.</summary>
    public ulong Needs;
}
