// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Threading;

namespace FastLedger.Primitives;

/// <summary>
/// A bounded queue of variable-sized entries in one preallocated native ring. Producers claim room, write in place, and publish; the
/// consumer sees entries in the order of the claims, in place, and gives the room back.
/// </summary>
/// <remarks>
/// <code>
/// | length | state | … 64-byte header | payload, padded to 64 | length | state | …
/// </code>
/// An entry is contiguous: where it would cross the end of the ring, a filler entry takes the rest. An empty ring begins again at its start
/// as soon as it is past its first 64 KiB: a ring through which little goes at a time takes little memory, however much goes through it, and stays in the
/// processor's cache. Thread: any number of producers, one consumer. Alloc: none after construction; memory is taken where it is first used, and kept.
/// Blocks: claims take a short spin lock; nothing waits for room, a full ring says so.
/// </remarks>
public sealed unsafe class ByteRing : IDisposable
{
    /// <summary>An empty ring that is past so many bytes begins again at its start.</summary>
    public const int WarmBytes = 64 << 10;

    private const int HeaderBytes = 64;
    private const int Claimed = 1, Published = 2, Abandoned = 3;

    private readonly ReservedMemory _memory;
    private readonly byte* _base;
    private readonly ulong _size;
    private readonly ulong _mask;
    private PaddedCounters _counters;
    private SpinLock _lock = new(enableThreadOwnerTracking: false);

    /// <summary>Creates a ring.</summary>
    /// <param name="bytes">A power of two, at least 4 KiB; an entry may take up to a quarter of it.</param>
    public ByteRing(int bytes)
    {
        Invariant.Check(BitOperations.IsPow2(bytes) && bytes >= 4096);
        _size = (ulong)bytes;
        _mask = _size - 1;
        _memory = new ReservedMemory((nuint)bytes);
        _base = _memory.Pointer;
    }

    /// <summary>Largest payload of one entry.</summary>
    public int MaxPayload => (int)(_size / 4) - HeaderBytes;

    /// <summary>True when nothing is claimed or published.</summary>
    public bool IsEmpty => Volatile.Read(ref _counters.Head) == Volatile.Read(ref _counters.Tail);

    /// <summary>Bytes claimed or published and not given back.</summary>
    public long UsedBytes => Math.Max(0, (long)(Volatile.Read(ref _counters.Tail) - Volatile.Read(ref _counters.Head)));

    /// <summary>Takes room for an entry.</summary>
    /// <param name="payload">Bytes, at most <see cref="MaxPayload"/>.</param>
    /// <param name="entry">The entry to fill in, then to <see cref="Publish"/> or <see cref="Abandon"/>.</param>
    /// <returns>False when the ring is full.</returns>
    public bool TryClaim(int payload, out Entry entry)
    {
        Invariant.Check(payload >= 0 && payload <= MaxPayload);
        ulong length = (ulong)(HeaderBytes + payload + 63) & ~63UL;
        bool taken = false;
        _lock.Enter(ref taken);
        try
        {
            ulong tail = _counters.Tail, head = Volatile.Read(ref _counters.Head);
            if (head == tail && (tail & _mask) > WarmBytes)
            {
                // The consumer has given back everything, so it writes the head no more until there is something new behind it.
                head = tail = (tail + _mask) & ~_mask;
                Volatile.Write(ref _counters.Head, head);
            }

            ulong free = _size - (tail - head);
            ulong toEnd = _size - (tail & _mask);
            ulong needed = length <= toEnd ? length : toEnd + length;
            if (needed > free)
            {
                entry = default;
                return false;
            }

            if (length > toEnd)
            {
                Header* filler = (Header*)(_base + (tail & _mask));
                filler->Length = (int)toEnd;
                filler->State = Abandoned;
                tail += toEnd;
            }

            Header* header = (Header*)(_base + (tail & _mask));
            header->Length = (int)length;
            header->Payload = payload;
            header->State = Claimed;
            entry = new Entry((byte*)header, payload);
            Volatile.Write(ref _counters.Tail, tail + length);
            return true;
        }
        finally
        {
            _lock.Exit(useMemoryBarrier: false);
        }
    }

    /// <summary>Hands a claimed entry to the consumer.</summary>
    public static void Publish(Entry entry) => Volatile.Write(ref entry.Header->State, Published);

    /// <summary>Gives a claimed entry up; the consumer passes over it.</summary>
    public static void Abandon(Entry entry) => Volatile.Write(ref entry.Header->State, Abandoned);

    /// <summary>The next published entry at or after <paramref name="position"/>, without giving anything back. For the consumer.</summary>
    /// <param name="position">A cursor that starts at <see cref="Position"/>; moved behind the entry.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>False when the next entry is not published yet or there is none.</returns>
    public bool TryRead(ref ulong position, out Entry entry)
    {
        ulong tail = Volatile.Read(ref _counters.Tail), head = Volatile.Read(ref _counters.Head);
        if ((long)(head - position) > 0) position = head; // the ring was empty, and began again
        while ((long)(tail - position) > 0)
        {
            Header* header = (Header*)(_base + (position & _mask));
            int state = Volatile.Read(ref header->State);
            if (state == Claimed) break;
            position += (ulong)header->Length;
            if (state == Published)
            {
                entry = new Entry((byte*)header, header->Payload);
                return true;
            }

            Invariant.Check(state == Abandoned);
        }

        entry = default;
        return false;
    }

    /// <summary>
    /// There is something to read, or somebody else reads it this moment. For a thread that is not the consumer, or no longer: what
    /// <see cref="TryRead"/> looks at may be given back and written over meanwhile.
    /// </summary>
    public bool HasPublished
    {
        get
        {
            ulong head = Volatile.Read(ref _counters.Head);
            if (head == Volatile.Read(ref _counters.Tail)) return false;
            return Volatile.Read(ref ((Header*)(_base + (head & _mask)))->State) != Claimed || Volatile.Read(ref _counters.Head) != head;
        }
    }

    /// <summary>Where the next claim will begin, or, if it does not fit before the end of the ring, begin at least.</summary>
    public ulong ClaimedPosition => Volatile.Read(ref _counters.Tail);

    /// <summary>Where the consumer has given back everything before.</summary>
    public ulong Position => Volatile.Read(ref _counters.Head);

    /// <summary>Gives back all room before <paramref name="position"/>.</summary>
    public void Release(ulong position)
    {
        ulong head = Volatile.Read(ref _counters.Head);
        if ((long)(position - head) <= 0) return; // given back already; in an empty ring the head is the producers'
        Invariant.Check(position - head <= _size);
        Volatile.Write(ref _counters.Head, position);
    }

    /// <summary>Frees the ring.</summary>
    public void Dispose() => _memory.Dispose();

    /// <summary>One entry of the ring.</summary>
    public readonly struct Entry
    {
        private readonly byte* _start;
        private readonly int _payload;

        internal Entry(byte* start, int payload)
        {
            _start = start;
            _payload = payload;
        }

        /// <summary>The payload, 64-byte aligned, in place.</summary>
        public Span<byte> Payload => new(_start + HeaderBytes, _payload);

        internal Header* Header => (Header*)_start;
    }

    [StructLayout(LayoutKind.Sequential, Size = HeaderBytes)]
    internal struct Header
    {
        public int Length;
        public int State;
        public int Payload;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedCounters
    {
        [FieldOffset(64)] public ulong Head;
        [FieldOffset(192)] public ulong Tail;
    }
}
