// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The pages in FASTER: a hybrid log on our device, the directory that says what must be in it, and checkpoints that are taken whole. Every
/// answer of FASTER is believed only after the device had no fault, the record stands where the directory says, and its checksum holds.
/// </summary>
/// <remarks>
/// Thread: one, the store's. Alloc: none for a write or for a page in the log's memory; some for a page from disk. Blocks: on the device.
/// </remarks>
internal sealed unsafe partial class PageLog : IDisposable
{
    private const string Name = "pages";
    /// <summary>Bytes of a page in the log: FASTER's record information, the key, the image.</summary>
    public const int RecordBytes = RecordHeaderBytes + PageImage.Size;

    /// <summary>Bytes of a record before the image.</summary>
    public const int RecordHeaderBytes = 16;

    private const long MaximumTailAddress = (1L << 47) - (1L << 40);
    private readonly PageStoreOptions _options;
    private readonly StoreFault _fault;
    private readonly string _prefix;
    private readonly int _logPageBytes;
    private readonly long _segmentBytes;
    private readonly SegmentedDevice _device;
    private readonly SpareSegments _spares;
    private readonly CheckpointFiles _checkpoints;
    private readonly PageDirectory _directory;
    private readonly FasterKV<PageKey, PageImage> _store;
    private readonly PageLanding _landing = new();
    private readonly ClientSession<PageKey, PageImage, Empty, nint, Empty, PageFunctions> _session;
    private readonly ReservedMemory _moved = new(PageImage.Size);
    private bool _changed;

    /// <summary>Opens a log, empty or at a checkpoint.</summary>
    /// <param name="options">Without fault.</param>
    /// <param name="fault">Where faults go.</param>
    /// <param name="token">A checkpoint; or, with no digest, what the first checkpoint of an empty log follows.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The checkpoint is not there as it was taken.</exception>
    public PageLog(PageStoreOptions options, StoreFault fault, in StoreToken token)
    {
        _options = options;
        _fault = fault;
        Last = token;
        _prefix = Prefix(token.Generation);
        _checkpoints = new CheckpointFiles(options.Files, options.Directory, _prefix, fault);
        CheckpointDescription? description = token.DescriptionDigest.IsZero
            ? null
            : CheckpointDescription.Read(options.Files, _checkpoints.DescriptionPath(token.Sequence), in token);
        _logPageBytes = description?.LogPageBytes ?? options.LogPageBytes;
        _segmentBytes = description?.SegmentBytes ?? options.SegmentBytes;
        _spares = new SpareSegments(options.Files, options.Directory, _prefix, _segmentBytes);
        _device = new SegmentedDevice(options.Files, options.Directory, _prefix, options.DirectIO, null, fault, SteadyBytes(MemoryBytes, _logPageBytes, options.MutableFraction)) { Spares = _spares };
        _directory = new PageDirectory(options.MaximumTables, options.MaximumPagesPerTable);
        _live = new LiveRecords(_logPageBytes);
        _older = new LogPageReads(_device, options.Files, options.DirectIO, _logPageBytes);
        try
        {
            _store = new FasterKV<PageKey, PageImage>(
                (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(options.ExpectedPages / 7, 64)),
                new LogSettings
                {
                    LogDevice = _device,
                    PageSizeBits = BitOperations.Log2((uint)_logPageBytes),
                    SegmentSizeBits = BitOperations.Log2((ulong)_segmentBytes),
                    MemorySizeBits = BitOperations.Log2((ulong)MemoryBytes),
                    MutableFraction = options.MutableFraction,
                    ReadCopyOptions = new ReadCopyOptions(ReadCopyFrom.None, ReadCopyTo.None),
                    PreallocateLog = true,
                },
                new CheckpointSettings { CheckpointManager = _checkpoints, RemoveOutdated = false },
                comparer: new PageKeyComparer(),
                tryRecoverLatest: false,
                concurrencyControlMode: ConcurrencyControlMode.None);
            if (description is not null) Recover(description, in token);
            else DeleteRemains();
            _session = _store.For(new PageFunctions(_landing)).NewSession<PageFunctions>(new PageFunctions(_landing));
            fault.ThrowIfAny();
        }
        catch
        {
            _device.EndWrites();
            _store?.Dispose();
            _device.Dispose();
            _checkpoints.Dispose();
            _directory.Dispose();
            _older.Dispose();
            _moved.Dispose();
            throw;
        }
    }

    /// <summary>The last checkpoint; all zeros before the first.</summary>
    public StoreToken Last { get; private set; }

    /// <summary>Pages that exist.</summary>
    public long Pages => _directory.Count;

    /// <summary>Bytes of the log's files, and of those kept for later.</summary>
    public long SizeBytes => _device.SizeBytes + _spares.SizeBytes;

    /// <summary>Bytes written and not handed to a sync.</summary>
    public long UnsyncedBytes => _device.UnsyncedBytes;

    /// <summary>Hash buckets beyond the index's own. Much more than a tenth of it: the store was laid out for fewer pages.</summary>
    public long OverflowBuckets => _store.OverflowBucketCount;

    public long TailAddress => _store.Log.TailAddress;

    public long BeginAddress => _store.Log.BeginAddress;

    /// <summary>Writes a page: seals its image and hands it to FASTER.</summary>
    public void Write(PageImage* image)
    {
        image->Checksum = PageImage.Compute(image);
        Upsert(image);
    }

    /// <summary>
    /// Reads the newest image of a page: through FASTER while it is in the log's memory, else from where the directory says that it stands,
    /// which is quicker than FASTER's walk along the hash chain and makes no garbage.
    /// </summary>
    /// <exception cref="StoreDamagedException">It is not there as it was written.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Read(PageKey key, PageImage* image)
    {
        PageDirectory.Entry* entry = Load(key, image);
        string? wrong = Wrong(image, key, entry->Tag);
        if (wrong is not null) throw Damage(entry->Address, wrong);
    }

    /// <summary>As <see cref="Read"/>, but the image is only known to be the newest one of its page: its checksum is not computed.</summary>
    /// <param name="key">Which page.</param>
    /// <param name="image">Room.</param>
    /// <param name="destination">Gets the page's bytes.</param>
    /// <returns>The height it was written with.</returns>
    /// <exception cref="StoreDamagedException">Another image is there.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public ulong ReadUnverified(PageKey key, PageImage* image, byte* destination)
    {
        PageDirectory.Entry* entry = Load(key, image);
        if (image->Key != key || image->Tag != entry->Tag) throw Damage(entry->Address, Wrong(image, key, entry->Tag) ?? "another image");
        Unsafe.CopyBlockUnaligned(destination, image->Bytes, PageStore.PageBytes);
        return image->Height;
    }

    /// <summary>Begins to read the newest image of a page, if it is on disk.</summary>
    /// <param name="reads">Has room.</param>
    /// <param name="page">Key, destination and the caller's tag.</param>
    /// <returns>False when it is in memory.</returns>
    /// <exception cref="StoreDamagedException">There is no such page.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public bool TryBeginRead(PageReads reads, WaitingPage page)
    {
        PageDirectory.Entry* entry = _directory.Find(page.Key);
        if (entry == null) throw Damage(0, $"{page.Key} does not exist");
        if (!IsOnDisk(entry)) return false;
        (page.Address, page.ImageTag) = (entry->Address, entry->Tag);
        LedgerFile file = _device.FileAt(entry->Address + RecordHeaderBytes, PageImage.Size, out long offset);
        reads.Add(file, offset, in page);
        return true;
    }

    /// <summary>Takes the bytes of an image that was read: see <see cref="ReadUnverified"/>.</summary>
    public ulong EndRead(in WaitingPage page, PageImage* image)
    {
        if (image->Key != page.Key || image->Tag != page.ImageTag)
            throw Damage(page.Address, Wrong(image, page.Key, page.ImageTag) ?? "another image");
        Unsafe.CopyBlockUnaligned(page.Destination, image->Bytes, PageStore.PageBytes);
        return image->Height;
    }

    /// <summary>Says that a page will be read soon.</summary>
    public void WillRead(PageKey key)
    {
        PageDirectory.Entry* entry = _directory.Find(key);
        if (entry != null && IsOnDisk(entry)) _device.WillReadAt(entry->Address, RecordBytes);
    }

    /// <summary>Reads every page straight from the files, in the order of the log. Before anything was written.</summary>
    public void ReadAll(PageVisitor visitor) => PageScan.Run(_device, _directory, _fault, _logPageBytes, _options.OwnThreads, visitor);

    /// <summary>Closes everything. What is not in a checkpoint is lost.</summary>
    public void Dispose()
    {
        _device.EndWrites();
        _session.Dispose();
        _store.Dispose();
        _device.Dispose();
        _checkpoints.Dispose();
        _directory.Dispose();
        _older.Dispose();
        _moved.Dispose();
    }

    /// <summary>The files' prefix of a generation.</summary>
    public static string Prefix(ulong generation) => generation == 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}{generation}");

    /// <summary>What is wrong with an image, or null.</summary>
    public static string? Wrong(PageImage* image, PageKey key, ulong tag)
    {
        if (image->Key != key) return $"{image->Key} stands where {key} was written";
        if (PageImage.Compute(image) != image->Checksum) return $"{key} fails its checksum";
        return image->Tag == tag ? null : $"this is not the newest image of {key}";
    }

    /// <summary>
    /// What is written lies between the part that changes in place and the end of the memory: of that distance the half, and at most a quarter
    /// of the memory. Before the log has gone on by the rest, the memory of what is under way is not used again.
    /// </summary>
    private static long SteadyBytes(long memoryBytes, int logPageBytes, double mutableFraction) =>
        (long)(memoryBytes * Math.Min(0.25, (1 - mutableFraction) / 2)) - logPageBytes;

    private long MemoryBytes => Math.Max(_options.LogMemoryBytes, 4L * _logPageBytes);

    /// <summary>FASTER lets go of memory only behind what it has written.</summary>
    private bool IsOnDisk(PageDirectory.Entry* entry) => entry->Address < _store.Log.HeadAddress;

    private PageDirectory.Entry* Load(PageKey key, PageImage* image)
    {
        PageDirectory.Entry* entry = _directory.Find(key);
        if (entry == null) throw Damage(0, $"{key} does not exist");
        if (IsOnDisk(entry)) _device.ReadAt(entry->Address + RecordHeaderBytes, new Span<byte>(image, PageImage.Size));
        else ReadFromMemory(key, entry->Address, image);
        return entry;
    }

    private void ReadFromMemory(PageKey key, long address, PageImage* image)
    {
        nint output = (nint)image;
        Empty input = default;
        _landing.Address = 0;
        Status status = _session.Read(ref key, ref input, ref output);
        _fault.ThrowIfAny();
        if (!status.Found) throw Damage(address, $"FASTER does not find {key}, which was written");
        if (_landing.Address != address) throw Damage(address, $"FASTER has {key} at address {_landing.Address} instead of {address}");
    }

    private void Upsert(PageImage* image)
    {
        if (TailAddress > MaximumTailAddress) throw Damage(TailAddress, "the log's addresses are used up, and no checkpoint has renewed it");
        PageKey key = image->Key;
        nint output = 0;
        Empty input = default;
        Status status = _session.Upsert(ref key, ref input, ref *image, ref output, out RecordMetadata metadata);
        _fault.ThrowIfAny();
        if (status.IsPending || status.IsFaulted || status.IsCanceled) throw Damage(TailAddress, $"FASTER's answer to a write was {status}");
        long former = _directory.Set(key, metadata.Address, image->Tag);
        if (former != 0) _live.Remove(former);
        _live.Add(metadata.Address);
        _changed = true;
    }

    private StoreDamagedException Damage(long address, string reason)
    {
        (string file, long offset) = _device.Locate(address);
        StoreDamagedException damage = new(file, offset, reason);
        _fault.Set(damage);
        return damage;
    }
}
