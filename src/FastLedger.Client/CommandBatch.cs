// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>
/// Up to 8,190 commands in the very bytes that are hashed, signed and sent. Rented from a <see cref="LedgerClient"/> and given back by
/// <see cref="Dispose"/>.
/// </summary>
/// <remarks>
/// Thread: one at a time; not to be touched while it is in flight. Alloc: none. A batch that is disposed in flight (after a timeout) goes
/// back to the pool when its answer comes.
/// </remarks>
public sealed partial class CommandBatch : IDisposable
{
    private const int Alignment = 64;
    private const int CommandsOffset = ProtocolLimits.HeaderBytes + ProtocolLimits.BatchCommandsOffset;

    private readonly LedgerClient _client;
    private readonly byte[] _memory;
    private readonly int _start;
    private CommandResult[] _results = [];
    private int _resultCount;
    private ulong _firstNumber;

    internal CommandBatch(LedgerClient client, int capacity)
    {
        _client = client;
        Capacity = capacity;
        _memory = GC.AllocateArray<byte>(CommandsOffset + capacity * Command.Size + Alignment, pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        _start = (int)(-address & (Alignment - 1));
    }

    /// <summary>Commands that fit.</summary>
    public int Capacity { get; }

    /// <summary>Commands added.</summary>
    public int Count { get; private set; }

    /// <summary>The commands added.</summary>
    public ReadOnlySpan<Command> Commands => Slots[..Count];

    /// <summary>What was signed.</summary>
    internal Hash256 Digest { get; set; }

    /// <summary>Its answer is to be kept with what shows that it is the ledger's.</summary>
    internal bool WantsEvidence { get; set; }

    /// <summary>What shows it; null when the replica could not.</summary>
    internal ResultEvidence? Evidence { get; set; }

    internal ReadOnlySpan<CommandResult> Results => _results.AsSpan(0, _resultCount);

    internal ulong FirstNumber => _firstNumber;

    internal ulong LastNumber => _firstNumber + (ulong)Count - 1;

    /// <summary>The finished frame.</summary>
    internal Span<byte> Frame => _memory.AsSpan(_start, CommandsOffset + Count * Command.Size);

    private Span<Command> Slots => MemoryMarshal.Cast<byte, Command>(_memory.AsSpan(_start + CommandsOffset, Capacity * Command.Size));

    /// <summary>Adds a zeroed command with the usual opcode of <typeparamref name="T"/> and the next number.</summary>
    /// <returns>The command, to be filled in place. Submitting gives the final numbers: they differ from the ones shown here when another
    /// batch was submitted in between.</returns>
    /// <exception cref="InvalidOperationException">The batch is full or was submitted.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Add<T>() where T : unmanaged, ICommand
    {
        ref Command slot = ref Next();
        slot = default;
        slot.Opcode = T.Opcode;
        slot.Number = _firstNumber + (ulong)Count - 1;
        return ref Unsafe.As<Command, T>(ref slot);
    }

    /// <summary>Adds a copy of <paramref name="command"/>; an opcode of 0 becomes the usual one, the number is replaced.</summary>
    /// <exception cref="InvalidOperationException">The batch is full or was submitted.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<T>(in T command) where T : unmanaged, ICommand
    {
        ref Command slot = ref Next();
        slot = Command.Of(in command);
        if (slot.Opcode == 0) slot.Opcode = T.Opcode;
        slot.Number = _firstNumber + (ulong)Count - 1;
    }

    /// <summary>Adds a command as its 128 bytes; the number is replaced.</summary>
    /// <exception cref="InvalidOperationException">The batch is full or was submitted.</exception>
    public void Add(in Command command)
    {
        ref Command slot = ref Next();
        slot = command;
        slot.Number = _firstNumber + (ulong)Count - 1;
    }

    /// <summary>Removes all commands.</summary>
    /// <exception cref="InvalidOperationException">The batch is in flight.</exception>
    public void Clear()
    {
        if (_phase == Phase.InFlight) ThrowSubmitted();
        _phase = Phase.Filling;
        Count = 0;
        _resultCount = 0;
        _endorsers = [];
        WantsEvidence = false;
        Evidence = null;
    }

    /// <summary>Gives the final numbers and writes everything but the signature.</summary>
    internal void Seal(uint session, ulong firstNumber, ResultMode mode)
    {
        _firstNumber = firstNumber;
        Span<Command> commands = Slots[..Count];
        for (int i = 0; i < commands.Length; i++) commands[i].Number = firstNumber + (ulong)i;
        var head = new CommandBatchHead
        {
            Session = session,
            Count = (ushort)Count,
            ResultMode = mode,
            FirstNumber = firstNumber,
            LastNumber = LastNumber,
        };
        var writer = new FrameWriter(Frame);
        writer.Begin(in head);
        writer.Group<Command>(Count);
        writer.Complete(0, 0);
    }

    /// <summary>Makes room for results.</summary>
    internal Span<byte> PrepareResults(int count)
    {
        if (_results.Length < count) _results = new CommandResult[Math.Min(Capacity, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count))];
        _resultCount = count;
        return MemoryMarshal.AsBytes(_results.AsSpan(0, count));
    }

    private ref Command Next()
    {
        if (Count == Capacity) ThrowFull();
        if (_phase != Phase.Filling) ThrowSubmitted();
        if (Count == 0) _firstNumber = _client.NextNumber;
        return ref Slots[Count++];
    }

    private static void ThrowFull() => throw new InvalidOperationException("The batch is full");

    private static void ThrowSubmitted() => throw new InvalidOperationException("The batch was submitted; clear it when it is answered");
}
