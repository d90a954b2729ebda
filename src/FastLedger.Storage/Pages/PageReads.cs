// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>Pages that are being read past the page cache, many at a time.</summary>
/// <remarks>
/// What is read is what the directory said when the read began; files that are given up meanwhile stay readable. Thread: the store's.
/// Alloc: none. Blocks: only <see cref="Collect"/> with a time.
/// </remarks>
internal sealed unsafe class PageReads : IDisposable
{
    /// <summary>Reads under way at most.</summary>
    public const int Depth = 256;

    private const int SlotBytes = 2 * BlockDigests.BlockBytes; // an image that begins near the end of a block ends in the next

    private readonly ITransferQueue _queue;
    private readonly ReservedMemory _memory = new(Depth * SlotBytes);
    private readonly Slot[] _slots = new Slot[Depth];
    private readonly int[] _free = new int[Depth];
    private readonly int[] _arrived = new int[Depth];
    private readonly (int Tag, long Result)[] _outcomes = new (int, long)[Depth];
    private int _freeCount = Depth, _arrivedCount;
    private bool _isAdded;

    private PageReads(ITransferQueue queue)
    {
        _queue = queue;
        for (int i = 0; i < Depth; i++) _free[i] = i;
    }

    /// <summary>Opens the queue.</summary>
    /// <returns>Null when the system has none.</returns>
    public static PageReads? TryOpen(IFileSystem files) => files.TryOpenTransferQueue(Depth) is { } queue ? new PageReads(queue) : null;

    /// <summary>True when one more read can begin.</summary>
    public bool HasRoom => _freeCount > 0;

    /// <summary>True while there are reads that were not taken.</summary>
    public bool IsBusy => _freeCount < Depth;

    /// <summary>Adds a read; <see cref="Submit"/> follows.</summary>
    /// <param name="file">Opened past the page cache.</param>
    /// <param name="offset">Of the image in it.</param>
    /// <param name="page">What is read, and for whom.</param>
    public void Add(LedgerFile file, long offset, in WaitingPage page)
    {
        int at = _free[--_freeCount], unit = file.ReadUnit, lead = (int)(offset & (unit - 1));
        int length = (lead + PageImage.Size + unit - 1) & -unit;
        _slots[at] = new Slot { File = file, Offset = offset - lead, Lead = lead, Length = length, Page = page };
        file.AddRead(_queue, _memory.Pointer + (at * SlotBytes), length, offset - lead, at);
        _isAdded = true;
    }

    /// <summary>Begins what was added.</summary>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    public void Submit()
    {
        if (!_isAdded) return;
        _isAdded = false;
        int result = _queue.Submit();
        if (result < 0) throw new StorageFaultException("io_submit", "the page store", -1, -result);
    }

    /// <summary>Notes what has arrived.</summary>
    /// <param name="waitUs">How long it may wait for the first one, in microseconds.</param>
    /// <exception cref="StorageFaultException">A read failed.</exception>
    /// <exception cref="StoreDamagedException">A file ended before.</exception>
    public void Collect(int waitUs)
    {
        if (_freeCount + _arrivedCount == Depth) return;
        int count = _queue.Take(_outcomes, waitUs);
        if (count < 0) throw new StorageFaultException("io_getevents", "the page store", -1, -count);
        for (int i = 0; i < count; i++)
        {
            (int at, long result) = _outcomes[i];
            ref Slot slot = ref _slots[at];
            slot.File!.CheckRead(result, slot.Length, slot.Offset);
            _arrived[_arrivedCount++] = at;
        }
    }

    /// <summary>Shows an image that has arrived; <see cref="Remove"/> follows.</summary>
    /// <returns>False when none has.</returns>
    public bool TryPeek(out WaitingPage page, out PageImage* image)
    {
        page = default;
        image = null;
        if (_arrivedCount == 0) return false;
        int at = _arrived[_arrivedCount - 1];
        page = _slots[at].Page;
        image = (PageImage*)(_memory.Pointer + (at * SlotBytes) + _slots[at].Lead);
        return true;
    }

    /// <summary>The image that was shown is no longer used.</summary>
    public void Remove()
    {
        int at = _arrived[--_arrivedCount];
        _slots[at].File = null;
        _free[_freeCount++] = at;
    }

    public void Dispose()
    {
        _queue.Dispose();
        _memory.Dispose();
    }

    private struct Slot
    {
        public LedgerFile? File;
        public long Offset;
        public int Lead;
        public int Length;
        public WaitingPage Page;
    }
}
