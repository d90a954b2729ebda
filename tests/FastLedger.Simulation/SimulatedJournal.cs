// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;

namespace FastLedger.Simulation;

/// <summary>
/// A journal on a disk that fails the way disks do. Records are appended to a group in memory, a group is written and synced as
/// a whole, files are cut into segments whose directory entries have to be synced too. A crash loses what is not synced, or
/// keeps a prefix or some sectors of it.
/// </summary>
public sealed class SimulatedJournal
{
    private const int HeaderSize = 32;
    private const int SectorSize = 512;
    private const int SegmentSize = 8 * 1024;
    private byte[] _bytes = new byte[16 * 1024];
    private int _appended;
    private int _written;
    private int _durable;
    private int _directoryDurable;
    private int _segmentStart;
    private bool _segmentCreated;
    private uint _nextNumber;
    private uint _groupFirst;
    private ulong _lastChecksum;

    /// <summary>Records appended so far.</summary>
    public uint Appended => _nextNumber;

    /// <summary>Records that a completed sync covers.</summary>
    public uint Synced { get; private set; }

    /// <summary>Length of the journal in bytes, synced or not.</summary>
    public int Length => _appended;

    /// <summary>Something was appended that no sync has begun to cover.</summary>
    public bool IsDirty => _appended > _written;

    /// <summary>Bytes that would survive a crash right now.</summary>
    public int SurvivingLength => Math.Min(_durable, _directoryDurable);

    public void Clear()
    {
        _appended = _written = _durable = _segmentStart = 0;
        _directoryDurable = int.MaxValue;
        _segmentCreated = false;
        _nextNumber = _groupFirst = Synced = 0;
        _lastChecksum = 0;
    }

    /// <summary>Appends a record to the present group.</summary>
    public void Append(ReadOnlySpan<byte> record)
    {
        int size = HeaderSize + (record.Length + 7 & ~7);
        if (_bytes.Length < _appended + size) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _appended + size));
        Span<byte> target = _bytes.AsSpan(_appended, size);
        target.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], _nextNumber++);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], _groupFirst);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], _lastChecksum);
        record.CopyTo(target[HeaderSize..]);
        _lastChecksum = Checksum(target);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], _lastChecksum);
        _appended += size;
    }

    /// <summary>Writes the present group to the file; its sync is under way from now on.</summary>
    public void BeginSync()
    {
        if (_appended - _segmentStart > SegmentSize)
        {
            // The group opens a new file. Until the directory is synced the file may not exist after a crash.
            _segmentStart = _written;
            _directoryDurable = Math.Min(_directoryDurable, _written);
            _segmentCreated = true;
        }

        _written = _appended;
        _groupFirst = _nextNumber;
    }

    /// <summary>The sync that <see cref="BeginSync"/> began has ended well.</summary>
    public void EndSync()
    {
        _durable = _written;
        Synced = _groupFirst;
        if (_segmentCreated) SyncDirectory();
    }

    /// <summary>The process dies: what is not synced is lost, wholly or in part.</summary>
    public void Crash(ref RandomStream random)
    {
        int surviving = SurvivingLength;
        int torn = surviving == _durable ? _written - surviving : 0;
        int length = surviving;
        switch (random.Below(4))
        {
            case 0:
                length += torn > 0 ? random.Below(torn + 1) : 0;
                break;
            case 1:
                length += torn;
                for (int sector = surviving; sector < length; sector += SectorSize)
                {
                    if (random.Chance(500)) _bytes.AsSpan(sector, Math.Min(SectorSize, length - sector)).Clear();
                }

                break;
            case 2:
                length += torn;
                break;
        }

        _appended = _written = _durable = length;
        _directoryDurable = int.MaxValue;
        _segmentCreated = false;
        _segmentStart = Math.Min(_segmentStart, length);
    }

    /// <summary>Flips a bit somewhere in the first <paramref name="limit"/> bytes.</summary>
    public void Rot(ref RandomStream random, int limit)
    {
        if (limit > 0) _bytes[random.Below(limit)] ^= (byte)(1 << random.Below(8));
    }

    /// <summary>Puts an older copy of the file in place: valid from end to end, only shorter.</summary>
    public void RollBack(ref RandomStream random)
    {
        int offset = 0, kept = 0;
        uint keep = _nextNumber / 2 + (uint)random.Below((int)(_nextNumber / 4 + 1));
        for (uint number = 0; number < keep && TryRead(ref offset, out _); number++) kept = offset;
        _appended = _written = _durable = kept;
    }

    /// <summary>Reads the next valid record at <paramref name="offset"/>.</summary>
    public bool TryRead(ref int offset, out ReadOnlySpan<byte> record)
    {
        record = default;
        if (!IsValid(offset, out int size)) return false;
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));
        record = _bytes.AsSpan(offset + HeaderSize, length);
        offset += size;
        return true;
    }

    /// <summary>
    /// Finds the end of the valid records after a start. A bad record may be dropped only when nothing shows that its group had
    /// been synced, that is when no later group follows it.
    /// </summary>
    public JournalCondition Recover()
    {
        int offset = 0;
        uint number = 0;
        ulong checksum = 0;
        while (offset < _appended && IsValid(offset, out int size) && NumberAt(offset) == number && PreviousAt(offset) == checksum)
        {
            checksum = BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset + 24));
            number++;
            offset += size;
        }

        bool clean = offset == _appended;
        bool later = false;
        for (int probe = offset + 8; probe + HeaderSize <= _appended && !later; probe += 8)
        {
            later = IsValid(probe, out _) && BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(probe + 8)) > number;
        }

        _appended = _written = _durable = offset;
        _nextNumber = _groupFirst = Synced = number;
        _lastChecksum = checksum;
        return clean ? JournalCondition.Clean : later ? JournalCondition.Damaged : JournalCondition.TornTail;
    }

    private void SyncDirectory()
    {
        _directoryDurable = int.MaxValue;
        _segmentCreated = false;
    }

    private uint NumberAt(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset + 4));

    private ulong PreviousAt(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset + 16));

    private bool IsValid(int offset, out int size)
    {
        size = 0;
        if (offset + HeaderSize > _appended) return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));
        if (length > _appended - offset - HeaderSize) return false;
        size = HeaderSize + ((int)length + 7 & ~7);
        if (size > _appended - offset) return false;
        return Checksum(_bytes.AsSpan(offset, size)) == BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset + 24));
    }

    private static ulong Checksum(ReadOnlySpan<byte> record)
    {
        ulong sum = 0x452821E638D01377;
        sum = MockScheme.Mix(sum, BinaryPrimitives.ReadUInt64LittleEndian(record));
        sum = MockScheme.Mix(sum, BinaryPrimitives.ReadUInt64LittleEndian(record[8..]));
        sum = MockScheme.Mix(sum, BinaryPrimitives.ReadUInt64LittleEndian(record[16..]));
        for (int i = HeaderSize; i < record.Length; i += 8) sum = MockScheme.Mix(sum, BinaryPrimitives.ReadUInt64LittleEndian(record[i..]));
        return sum == 0 ? 1 : sum;
    }
}
