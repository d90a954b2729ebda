// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.State;

/// <summary>A structure that only speeds things up and must follow its tables back when a linked chain fails.</summary>
public interface IDerivedStructure
{
    /// <summary>Takes back one change that was announced with <see cref="UndoLog.SaveDerived"/>.</summary>
    void TakeBack(uint kind, ulong first, ulong second);
}

/// <summary>
/// What a linked chain overwrote, newest last, so that a failing chain leaves no trace. Recording is on only inside a chain, so single
/// commands pay one predictable branch.
/// </summary>
/// <remarks>
/// An entry is its payload followed by a 16-byte trailer, so the log is walked backwards. The log is bounded; before each command of a chain
/// the executor asks for <see cref="HasRoom"/>. Thread: executor only. Alloc: none after construction. Blocks: no.
/// </remarks>
public sealed unsafe class UndoLog : IDisposable
{
    /// <summary>Bytes that the largest single command can save; see the bounds on fills per command and on mass cancels.</summary>
    public const int LargestCommandBytes = 32 << 20;

    private const int CapacityBytes = 128 << 20;
    private const uint RecordEntry = 1, CountEntry = 2, DerivedEntry = 3;

    private readonly ReservedMemory _memory = new(CapacityBytes);
    private readonly Table[] _tables = new Table[128];
    private readonly IDerivedStructure[] _derived = new IDerivedStructure[64];
    private int _tableCount, _derivedCount;
    private nuint _length;

    /// <summary>True between <see cref="Begin"/> and <see cref="Commit"/> or <see cref="Rollback"/>.</summary>
    public bool IsRecording { get; private set; }

    /// <summary>True when one more command fits for certain.</summary>
    public bool HasRoom => CapacityBytes - (int)_length >= LargestCommandBytes;

    /// <summary>Starts a chain.</summary>
    public void Begin()
    {
        Invariant.Check(!IsRecording && _length == 0);
        IsRecording = true;
    }

    /// <summary>Keeps the chain's changes.</summary>
    public void Commit()
    {
        Invariant.Check(IsRecording);
        IsRecording = false;
        _length = 0;
    }

    /// <summary>Takes back all changes since <see cref="Begin"/>, newest first.</summary>
    public void Rollback()
    {
        Invariant.Check(IsRecording);
        IsRecording = false;
        while (_length > 0)
        {
            Trailer trailer = *(Trailer*)(_memory.Pointer + _length - (uint)sizeof(Trailer));
            _length -= (uint)sizeof(Trailer);
            switch (trailer.Kind)
            {
                case RecordEntry:
                    _length -= trailer.Size;
                    _tables[trailer.Slot].Restore(trailer.Number, new ReadOnlySpan<byte>(_memory.Pointer + _length, (int)trailer.Size));
                    break;
                case CountEntry:
                    _tables[trailer.Slot].RestoreCount(trailer.Number);
                    break;
                default:
                    Invariant.Check(trailer.Kind == DerivedEntry);
                    _length -= trailer.Size;
                    ulong* values = (ulong*)(_memory.Pointer + _length);
                    _derived[trailer.Slot].TakeBack(trailer.Number, values[0], values[1]);
                    break;
            }
        }
    }

    /// <summary>Makes a derived structure known; the number returned goes into <see cref="SaveDerived"/>.</summary>
    public byte Attach(IDerivedStructure derived)
    {
        Invariant.Check(_derivedCount < _derived.Length);
        _derived[_derivedCount] = derived;
        return (byte)_derivedCount++;
    }

    /// <summary>Notes a change of a derived structure. Call only while <see cref="IsRecording"/>.</summary>
    public void SaveDerived(byte structure, uint kind, ulong first, ulong second)
    {
        Invariant.Check(IsRecording && _length + 32 <= CapacityBytes);
        ulong* values = (ulong*)(_memory.Pointer + _length);
        values[0] = first;
        values[1] = second;
        _length += 16;
        Push(new Trailer { Kind = DerivedEntry, Slot = structure, Number = kind, Size = 16 });
    }

    /// <summary>Frees the log's memory.</summary>
    public void Dispose() => _memory.Dispose();

    internal byte Attach(Table table)
    {
        Invariant.Check(_tableCount < _tables.Length);
        _tables[_tableCount] = table;
        return (byte)_tableCount++;
    }

    internal void SaveRecord(byte slot, uint number, byte* record, int size)
    {
        Invariant.Check(_length + (uint)(size + sizeof(Trailer)) <= CapacityBytes);
        Buffer.MemoryCopy(record, _memory.Pointer + _length, size, size);
        _length += (uint)size;
        Push(new Trailer { Kind = RecordEntry, Slot = slot, Number = number, Size = (uint)size });
    }

    internal void SaveCount(byte slot, uint count)
    {
        Invariant.Check(_length + (uint)sizeof(Trailer) <= CapacityBytes);
        Push(new Trailer { Kind = CountEntry, Slot = slot, Number = count });
    }

    private void Push(Trailer trailer)
    {
        *(Trailer*)(_memory.Pointer + _length) = trailer;
        _length += (uint)sizeof(Trailer);
    }

    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Trailer
    {
        public uint Kind;
        public uint Slot;
        public uint Number;
        public uint Size;
    }
}
