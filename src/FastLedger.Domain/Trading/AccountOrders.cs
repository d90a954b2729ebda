// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.State;

namespace FastLedger.Domain.Trading;

/// <summary>
/// Derived: the oldest and the newest resting order of each quote account. The orders between them link to each other in their records, in
/// the order of their time priority.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed unsafe class AccountOrders : IDerivedStructure, IDisposable
{
    private readonly UndoLog _undo;
    private readonly byte _slot;
    private readonly uint _accounts;
    private readonly ReservedMemory _memory;
    private readonly Ends* _ends;

    /// <summary>Creates empty lists.</summary>
    /// <param name="undo">Takes changes back with a failing chain.</param>
    /// <param name="accounts">Account numbers, 0 included.</param>
    public AccountOrders(UndoLog undo, uint accounts)
    {
        _undo = undo;
        _slot = undo.Attach(this);
        _accounts = accounts;
        _memory = new ReservedMemory((nuint)accounts * (uint)sizeof(Ends));
        _ends = (Ends*)_memory.Pointer;
    }

    /// <summary>The account's oldest resting order, or 0.</summary>
    public uint Oldest(ulong account)
    {
        Invariant.Check(account < _accounts);
        return _ends[account].Oldest;
    }

    /// <summary>The account's newest resting order, or 0.</summary>
    public uint Newest(ulong account)
    {
        Invariant.Check(account < _accounts);
        return _ends[account].Newest;
    }

    /// <summary>Changes the account's oldest order.</summary>
    public void SetOldest(ulong account, uint order)
    {
        Save(account);
        _ends[account].Oldest = order;
    }

    /// <summary>Changes the account's newest order.</summary>
    public void SetNewest(ulong account, uint order)
    {
        Save(account);
        _ends[account].Newest = order;
    }

    /// <inheritdoc/>
    public void TakeBack(uint kind, ulong first, ulong second) =>
        _ends[first] = new Ends { Oldest = (uint)(second & uint.MaxValue), Newest = (uint)(second >> 32) };

    /// <summary>Brings the account's entry near before it is used. Numbers out of range are ignored.</summary>
    public void Prefetch(ulong account)
    {
        if (account < _accounts && System.Runtime.Intrinsics.X86.Sse.IsSupported) System.Runtime.Intrinsics.X86.Sse.Prefetch0(_ends + account);
    }

    /// <summary>Forgets all orders.</summary>
    public void Clear() => _memory.Clear();

    /// <summary>Frees the lists.</summary>
    public void Dispose() => _memory.Dispose();

    private void Save(ulong account)
    {
        Invariant.Check(account < _accounts);
        Ends ends = _ends[account];
        if (_undo.IsRecording) _undo.SaveDerived(_slot, 0, account, ((ulong)ends.Newest << 32) | ends.Oldest);
    }

    [StructLayout(LayoutKind.Sequential, Size = 8)]
    private struct Ends
    {
        public uint Oldest;
        public uint Newest;
    }
}
