// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.State;

/// <summary>A <see cref="Table"/> of records of one type.</summary>
/// <typeparam name="T">A struct without references of 64, 128 or 256 bytes.</typeparam>
/// <remarks>
/// References to records stay valid while the table lives, or until pages leave memory; but a reference taken before another command ran must not be written through:
/// take it again with <see cref="Change"/>, which records the change. Thread: executor only. Alloc: none. Blocks: no.
/// </remarks>
public sealed unsafe class Table<T> : Table where T : unmanaged
{
    private readonly T* _base;

    /// <summary>Reserves a table.</summary>
    /// <param name="id">Which table.</param>
    /// <param name="capacity">Records, record 0 included.</param>
    /// <param name="undo">Where linked chains keep what they overwrite.</param>
    public Table(TableId id, uint capacity, UndoLog undo)
        : base(id, sizeof(T), capacity, undo) => _base = (T*)Memory;

    /// <summary>A record, to read.</summary>
    /// <param name="number">Below <see cref="Table.Count"/>.</param>
    public ref readonly T this[uint number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Invariant.Check(number < Count);
            return ref Residence is null ? ref _base[number] : ref *(T*)Residence.Touch(number);
        }
    }

    /// <summary>True when a record has this number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(ulong number) => number - 1 < Count - 1;

    /// <summary>A record, to change. Its present content is saved when a linked chain is open.</summary>
    /// <param name="number">Below <see cref="Table.Count"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Change(uint number)
    {
        Invariant.Check(number < Count);
        T* record = Residence is null ? _base + number : (T*)Residence.Touch(number);
        NoteChange(number);
        if (Undo.IsRecording) Undo.SaveRecord(Slot, number, (byte*)record, sizeof(T));
        return ref *record;
    }
}
