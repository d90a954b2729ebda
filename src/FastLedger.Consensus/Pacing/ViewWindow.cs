// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Consensus.Pacing;

/// <summary>
/// A ring of views around the present one. Votes of older views still complete certificates; votes up to eight views ahead wait
/// for the proposal that a slower link brings. A voter has one place per view, so a flood fills only the flooder's own places.
/// </summary>
public sealed class ViewWindow
{
    /// <summary>Views ahead of the present one whose votes are kept.</summary>
    public const int Ahead = 8;

    private readonly ViewSlot[] _slots;

    /// <param name="length">Views remembered.</param>
    /// <param name="validators">Most validators of an epoch.</param>
    public ViewWindow(int length, int validators)
    {
        Invariant.Check(length > 2 * Ahead);
        _slots = new ViewSlot[length];
        for (int i = 0; i < length; i++) _slots[i] = new ViewSlot(validators);
    }

    /// <summary>Lowest view remembered.</summary>
    public ulong Floor { get; private set; }

    public void Clear()
    {
        Floor = 1;
        foreach (ViewSlot slot in _slots) slot.Reset(0);
    }

    /// <summary>Moves the window to the present view.</summary>
    public void Advance(ulong view)
    {
        ulong back = (ulong)(_slots.Length - Ahead - 1);
        if (view > back && view - back > Floor) Floor = view - back;
    }

    /// <summary>The slot of a view that may lie <see cref="Ahead"/> of <paramref name="present"/>; null outside the window.</summary>
    public ViewSlot? Get(ulong view, ulong present)
    {
        if (view < Floor || view > present + Ahead) return null;
        ViewSlot slot = _slots[(int)(view % (ulong)_slots.Length)];
        if (slot.View != view)
        {
            if (slot.View > view) return null;
            slot.Reset(view);
        }

        return slot;
    }
}
