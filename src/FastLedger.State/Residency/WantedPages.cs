// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.State.Residency;

/// <summary>The pages that one batch needs, and how far they have come.</summary>
internal sealed class WantedPages
{
    private const int Most = 1 << 18;
    private readonly (int Table, uint Page)[] _pages = new (int, uint)[Most];

    /// <summary>How far a list is.</summary>
    public enum Stage
    {
        /// <summary>The batch says what it needs.</summary>
        Filling,

        /// <summary>What is missing was asked for, as far as there was room.</summary>
        Expected,

        /// <summary>All of it is in memory.</summary>
        Prepared,
    }

    public Stage State { get; set; }

    /// <summary>Pages of the list.</summary>
    public int Count { get; private set; }

    /// <summary>Pages that were asked for, or were there.</summary>
    public int Sent { get; set; }

    /// <summary>Pages that were asked for by this list and have not arrived.</summary>
    public int Coming { get; set; }

    /// <summary>True when all of it is in memory, given that the lists before have arrived.</summary>
    public bool HasArrived => Sent == Count && Coming == 0;

    /// <summary>A page of the list: the table's number among the bounded ones, and its own.</summary>
    public (int Table, uint Page) this[int index] => _pages[index];

    /// <summary>Adds a page.</summary>
    /// <returns>False when the list is full.</returns>
    public bool TryAdd(int table, uint page)
    {
        if (Count == Most) return false;
        _pages[Count++] = (table, page);
        return true;
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        State = Stage.Filling;
        Count = Sent = 0;
    }
}
