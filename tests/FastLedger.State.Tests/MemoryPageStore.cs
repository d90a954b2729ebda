// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.State.Tests;

/// <summary>A page store in memory behind a ring of bounded length that works only when it is waited for, or by chance.</summary>
public sealed unsafe class MemoryPageStore(int ringEntries, Random random) : IPageStore
{
    private readonly Queue<(byte Region, uint Page, byte[]? Image, nint Destination, ulong Tag, PagedRegion? Later, PageRun Run)> _ring = [];
    private readonly List<ulong> _arrived = [];
    private ulong _copied;

    /// <summary>The newest image of every page.</summary>
    public Dictionary<(byte Region, uint Page), byte[]> Pages { get; private set; } = [];

    /// <summary>Pages written and read so far.</summary>
    public int Writes { get; private set; }

    public int Reads { get; private set; }

    /// <summary>How often somebody waited.</summary>
    public int Waits { get; private set; }

    public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image)
    {
        Assert.Equal(PagedRegion.PageBytes, image.Length);
        if (!HasRoom()) return false;
        _ring.Enqueue((region, page, image.ToArray(), 0, 0, null, default));
        return true;
    }

    public bool CopiesLater { get; init; }

    public bool TryCopyLater(PagedRegion region, PageRun run, ulong height)
    {
        Assert.True(CopiesLater);
        if (!HasRoom()) return false;
        _ring.Enqueue((region.Id, 0, null, 0, 0, region, run));
        return true;
    }

    public ulong CountCopied()
    {
        if (random.Next(4) == 0) Work(1 + random.Next(ringEntries));
        return _copied;
    }

    public bool TryRequest(byte region, uint page, byte* destination, ulong tag)
    {
        if (!HasRoom()) return false;
        _ring.Enqueue((region, page, null, (nint)destination, tag, null, default));
        return true;
    }

    public bool TryTake(out ulong tag)
    {
        if (random.Next(3) == 0) Work();
        tag = 0;
        if (_arrived.Count == 0) return false;
        int at = random.Next(_arrived.Count); // in any order
        tag = _arrived[at];
        _arrived.RemoveAt(at);
        return true;
    }

    public void WaitForRoom()
    {
        Waits++;
        Work();
    }

    public void Read(byte region, uint page, Span<byte> image)
    {
        Work();
        Reads++;
        if (Pages.TryGetValue((region, page), out byte[]? found)) found.CopyTo(image);
        else image.Clear();
    }

    /// <summary>What a restart would find if all that was accepted so far were the last durable thing.</summary>
    public Dictionary<(byte Region, uint Page), byte[]> Snapshot()
    {
        Work();
        return new(Pages);
    }

    /// <summary>Goes back to a snapshot, as a restart does.</summary>
    public void Recover(Dictionary<(byte Region, uint Page), byte[]> snapshot)
    {
        _ring.Clear();
        _arrived.Clear();
        Pages = new(snapshot);
    }

    private bool HasRoom()
    {
        if (random.Next(ringEntries) == 0) Work();
        return _ring.Count < ringEntries;
    }

    private void Work(int most = int.MaxValue)
    {
        for (; most > 0 && _ring.TryDequeue(out var entry); most--)
        {
            if (entry.Later is not null)
            {
                for (PageRun left = entry.Run; left.Pages != 0; left = left.WithoutLowest())
                {
                    byte[] image = new byte[PagedRegion.PageBytes];
                    fixed (byte* bytes = image) entry.Later.CopyFrozen(left.Lowest, bytes);
                    Writes++;
                    Pages[(entry.Region, left.Lowest)] = image;
                }

                _copied++;
            }
            else if (entry.Image is not null)
            {
                Writes++;
                Pages[(entry.Region, entry.Page)] = entry.Image;
            }
            else
            {
                Reads++;
                var destination = new Span<byte>((byte*)entry.Destination, PagedRegion.PageBytes);
                if (Pages.TryGetValue((entry.Region, entry.Page), out byte[]? found)) found.CopyTo(destination);
                else destination.Clear();
                _arrived.Add(entry.Tag);
            }
        }
    }
}
