// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

/// <summary>The bytes of a simulated file: as the process sees them, and as the device holds them.</summary>
internal sealed class SimulatedContent
{
    private const int SectorBytes = 512;
    private const int PageBytes = 4096;
    private readonly List<(long From, long To, bool IsDirect)> _unsyncedPages = [];
    private readonly List<Action<SimulatedContent, Random>> _unsynced = [];
    private byte[] _bytes = [];
    private byte[] _durable = [];

    public byte[] Bytes => (byte[])_bytes.Clone();

    public long Length => _bytes.Length;

    public int Read(Span<byte> buffer, long offset)
    {
        int count = (int)Math.Clamp(_bytes.Length - offset, 0, buffer.Length);
        _bytes.AsSpan((int)Math.Min(offset, _bytes.Length), count).CopyTo(buffer);
        return count;
    }

    /// <summary>Writes through the page cache or past it. A page that went one way goes the other way only after a sync: nothing here depends on how the kernel brings both together.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset, bool isDirect = false)
    {
        (long From, long To, bool IsDirect) pages = (offset & -PageBytes, (offset + bytes.Length + PageBytes - 1) & -PageBytes, isDirect);
        Assert.DoesNotContain(_unsyncedPages, other => other.IsDirect != isDirect && other.From < pages.To && pages.From < other.To);
        _unsyncedPages.Add(pages);
        Change(bytes.ToArray(), offset);
    }

    /// <summary>Lets the file system forget what the first bytes held: no transfer, so it goes neither way.</summary>
    public void Zero(int bytes) => Change(new byte[bytes], 0);

    public void Truncate(long bytes)
    {
        Array.Resize(ref _bytes, (int)bytes);
        _unsynced.Add((survivor, random) =>
        {
            if (random.Next(2) == 0) Array.Resize(ref survivor._bytes, (int)bytes);
        });
    }

    public void Sync()
    {
        _durable = (byte[])_bytes.Clone();
        _unsynced.Clear();
        _unsyncedPages.Clear();
    }

    public SimulatedContent Copy() => new() { _bytes = Bytes, _durable = Bytes };

    public SimulatedContent AfterPowerLoss(Random random)
    {
        SimulatedContent survivor = new() { _bytes = (byte[])_durable.Clone() };
        foreach (Action<SimulatedContent, Random> change in _unsynced) change(survivor, random);
        survivor._unsynced.Clear();
        survivor._durable = (byte[])survivor._bytes.Clone();
        return survivor;
    }

    private void Change(byte[] bytes, long offset)
    {
        if (offset + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, (int)(offset + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan((int)offset));
        _unsynced.Add((survivor, random) => survivor.WriteSectors(bytes, (int)offset, random));
    }

    private void WriteSectors(byte[] bytes, int offset, Random random)
    {
        int odds = random.Next(5); // from nothing to everything
        int position = 0;
        while (position < bytes.Length)
        {
            int length = Math.Min(bytes.Length - position, SectorBytes - ((offset + position) % SectorBytes));
            if (random.Next(4) < odds)
            {
                if (offset + position + length > _bytes.Length) Array.Resize(ref _bytes, offset + position + length);
                bytes.AsSpan(position, length).CopyTo(_bytes.AsSpan(offset + position));
            }

            position += length;
        }
    }
}
