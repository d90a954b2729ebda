// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

/// <summary>The pages that a test has asked a store for, where they go, and what they must be; they may arrive in any order.</summary>
internal sealed unsafe class RequestedPages : IDisposable
{
    private const int Slots = 1024;
    private readonly ReservedMemory _memory = new(Slots * PageStore.PageBytes);
    private readonly Dictionary<ulong, (PageKey Key, int Seed, ulong Height)> _expected = [];
    private readonly Stack<ulong> _free = [];

    public RequestedPages()
    {
        for (ulong slot = 0; slot < Slots; slot++) _free.Push(slot);
    }

    /// <summary>Pages that have not arrived.</summary>
    public int Count => _expected.Count;

    /// <summary>Pages that have.</summary>
    public int Arrived { get; private set; }

    public bool Contains(PageKey key)
    {
        foreach ((PageKey other, _, _) in _expected.Values)
            if (other == key) return true;
        return false;
    }

    /// <summary>Asks for a page.</summary>
    /// <returns>False when the store, or the test, has no room.</returns>
    public bool TryAsk(PageStore store, PageKey key, int seed, ulong height)
    {
        if (_free.Count == 0 || !store.TryRequest(key, _memory.Pointer + (_free.Peek() * PageStore.PageBytes), _free.Peek())) return false;
        _expected.Add(_free.Pop(), (key, seed, height));
        return true;
    }

    /// <summary>Takes a page if one has arrived, and compares it.</summary>
    public bool TryTake(PageStore store)
    {
        if (!store.TryTakeCompletion(out PageRead read)) return false;
        Assert.True(_expected.Remove(read.Tag, out (PageKey Key, int Seed, ulong Height) expected));
        Assert.Equal((expected.Key, expected.Height), (read.Key, read.Height));
        Assert.True(new ReadOnlySpan<byte>(_memory.Pointer + (read.Tag * PageStore.PageBytes), PageStore.PageBytes).SequenceEqual(PageScenario.Page(expected.Seed)));
        _free.Push(read.Tag);
        Arrived++;
        return true;
    }

    public void Dispose() => _memory.Dispose();
}
