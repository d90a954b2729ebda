// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// What the caller of a page store hands over, in the order in which the store does it: pages, pages to be copied, checkpoints, releases. A read
/// waits for the writes of its page that stand here, and for no others.
/// </summary>
/// <param name="ringBytes">Room for what is not done yet: a power of two.</param>
/// <param name="tables">Table numbers are below this.</param>
/// <remarks>Thread: what begins with <c>TryAdd</c> and <see cref="LastOf"/> the caller's, the rest the store's, if nothing else is said. Alloc: none. Blocks: no.</remarks>
internal sealed unsafe class WriteQueue(int ringBytes, int tables) : IDisposable
{
    private const int ImageOffset = 32; // of the image in a ring entry, behind Head

    private readonly ByteRing _ring = new(ringBytes);
    private readonly WaitingWrites _waiting = new(tables);
    private ulong _accepted; // pages
    private ulong _cursor, _behindFirst; // of the store
    private ulong _applied; // writes, of which a run is one
    private ulong _copied; // runs

    private enum Kind : ulong
    {
        Page,
        Run,
        Checkpoint,
        Release,
    }

    /// <summary>Pages that were accepted. Thread: any.</summary>
    public ulong AcceptedPages => Volatile.Read(ref _accepted);

    /// <summary>Runs that were copied whole. Thread: any.</summary>
    public ulong CopiedRuns => Volatile.Read(ref _copied);

    /// <summary>Writes that were applied, from the first one on; a run is one.</summary>
    public ulong Applied => _applied;

    /// <summary>Adds a page.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(PageKey key, ulong height, ReadOnlySpan<byte> page)
    {
        int place = _waiting.PlaceOf(key, ref _applied);
        if (place < 0 || !_ring.TryClaim(ImageOffset + PageImage.Size, out ByteRing.Entry entry)) return false;
        Span<byte> payload = entry.Payload;
        MemoryMarshal.AsRef<Head>(payload).Kind = Kind.Page;
        PageImage* image = Image(payload);
        image->Key = key;
        image->Height = height;
        page.CopyTo(new Span<byte>(image->Bytes, PageStore.PageBytes));
        _waiting.Add(place, key);
        Volatile.Write(ref _accepted, _accepted + 1);
        ByteRing.Publish(entry);
        return true;
    }

    /// <summary>Adds pages of a table that are to be copied.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(uint table, PageRun run, ulong height)
    {
        if (!_ring.TryClaim(ImageOffset, out ByteRing.Entry entry)) return false;
        MemoryMarshal.AsRef<Head>(entry.Payload) = new Head { Kind = Kind.Run, Id = height, Key = new PageKey(table, run.First), Pages = run.Pages };
        _waiting.AddToTable(table);
        Volatile.Write(ref _accepted, _accepted + (ulong)run.Count);
        ByteRing.Publish(entry);
        return true;
    }

    /// <summary>Adds a checkpoint of what was added before.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAddCheckpoint(ulong id)
    {
        if (!_ring.TryClaim(ImageOffset, out ByteRing.Entry entry)) return false;
        MemoryMarshal.AsRef<Head>(entry.Payload) = new Head { Kind = Kind.Checkpoint, Id = id };
        ByteRing.Publish(entry);
        return true;
    }

    /// <summary>Adds the release of what only checkpoints before this one need.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAddRelease(in StoreToken oldest)
    {
        if (!_ring.TryClaim(ImageOffset + StoreToken.Size, out ByteRing.Entry entry)) return false;
        MemoryMarshal.AsRef<Head>(entry.Payload) = new Head { Kind = Kind.Release };
        oldest.Write(entry.Payload[ImageOffset..]);
        ByteRing.Publish(entry);
        return true;
    }

    /// <summary>How many writes must be applied before a page may be read.</summary>
    public ulong LastOf(PageKey key) => _waiting.Of(key);

    /// <summary>Has the first of what was added done.</summary>
    /// <param name="work">Does it; what it is given is valid until it returns.</param>
    /// <returns>False when there is nothing, or a checkpoint cannot begin yet: it stays then, with all behind it.</returns>
    public bool TryApply<TWork>(TWork work) where TWork : struct, IWriteWork
    {
        _behindFirst = _cursor;
        if (!_ring.TryRead(ref _behindFirst, out ByteRing.Entry entry)) return false;
        Span<byte> payload = entry.Payload;
        ref readonly Head head = ref MemoryMarshal.AsRef<Head>(payload);
        switch (head.Kind)
        {
            case Kind.Page:
                work.Write(Image(payload));
                Volatile.Write(ref _applied, _applied + 1);
                break;

            case Kind.Run:
                work.Copy(head.Key.Table, new PageRun(head.Key.Page, head.Pages), head.Id);
                Volatile.Write(ref _copied, _copied + 1);
                Volatile.Write(ref _applied, _applied + 1);
                break;

            case Kind.Checkpoint:
                if (!work.TryBeginCheckpoint(head.Id)) return false;
                break;

            case Kind.Release:
                work.Release(StoreToken.Read(payload[ImageOffset..]));
                break;

            default:
                Invariant.Fail("a ring entry is of no kind");
                break;
        }

        _cursor = _behindFirst;
        _ring.Release(_cursor);
        return true;
    }

    /// <summary>Frees the ring.</summary>
    public void Dispose() => _ring.Dispose();

    private static PageImage* Image(Span<byte> payload) =>
        (PageImage*)((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(payload)) + ImageOffset); // a ring never moves

    [StructLayout(LayoutKind.Sequential, Size = ImageOffset)]
    private struct Head
    {
        public Kind Kind;
        public ulong Id;
        public PageKey Key;
        public ulong Pages;
    }
}
