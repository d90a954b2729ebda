// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State.Checkpoints;

namespace FastLedger.Domain.Sessions;

/// <summary>
/// The results of each session's last commands, so that a resend is answered as the original was. The window holds more commands than a
/// session may have in flight, so an unanswered command's result is always there.
/// </summary>
/// <remarks>
/// Not part of the state root, but the same on every replica, and kept by checkpoints: the journal may no longer hold the commands of a
/// session that has been silent since. Entries of a session are in ascending order of
/// their numbers; clients usually number without gaps, so the first guess is almost always right and a binary search settles the rest.
/// Thread: executor only. Alloc: none. Blocks: no.
/// </remarks>
public sealed unsafe class ResultWindow : IDisposable
{
    /// <summary>Commands per session whose results are retained: a power of two.</summary>
    public const int Length = 1 << 17;

    private const byte RegionId = 128;
    private const uint EntriesPerPage = PagedRegion.PageBytes / 64;

    private readonly ReservedMemory _memory;
    private readonly Entry* _entries;
    private readonly uint _sessions;

    /// <summary>Reserves windows for session numbers below <paramref name="sessions"/>.</summary>
    public ResultWindow(uint sessions)
    {
        _sessions = sessions;
        _memory = new ReservedMemory((nuint)sessions * Length * (uint)sizeof(Entry));
        _entries = (Entry*)_memory.Pointer;
        Pages = new PagedRegion(RegionId, _memory.Pointer, PagedRegion.PageBytes, (ulong)sessions * (Length / EntriesPerPage));
    }

    /// <summary>The windows as pages: what checkpoints write.</summary>
    public PagedRegion Pages { get; }

    /// <summary>Prepares for the results of a batch; call before their <see cref="Store"/>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="position">How many commands the session has executed.</param>
    /// <param name="count">Most results that follow: 1 … <see cref="Length"/>.</param>
    public void Open(uint session, ulong position, int count)
    {
        Invariant.Check(session < _sessions && count is > 0 and <= Length);
        uint first = session * (Length / EntriesPerPage);
        ulong last = (position + (ulong)count - 1) / EntriesPerPage;
        for (ulong page = position / EntriesPerPage; page <= last; page++)
        {
            uint number = first + (uint)(page & ((Length / EntriesPerPage) - 1));
            if (Pages.IsCapturing) Pages.Keep(number);
            Pages.MarkDirty(number);
        }
    }

    /// <summary>Keeps a result.</summary>
    /// <param name="session">The session.</param>
    /// <param name="position">How many commands the session executed before this one.</param>
    /// <param name="number">Client command number.</param>
    /// <param name="commandHash">BLAKE3 of the command's 128 bytes.</param>
    /// <param name="result">What it was answered.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(uint session, ulong position, ulong number, in Hash256 commandHash, in CommandResult result)
    {
        ref Entry entry = ref At(session, position);
        entry.Number = number;
        entry.CommandTag = Tag(commandHash);

        // By the fields that were just written: reading the result as a whole would wait until all of their stores are in the cache.
        entry.Result.Code = result.Code;
        entry.Result.Index = result.Index;
        entry.Result.Sequence = result.Sequence;
        ref ulong from = ref Unsafe.As<UInt128, ulong>(ref Unsafe.AsRef(in result.Value));
        ref ulong to = ref Unsafe.As<UInt128, ulong>(ref entry.Result.Value);
        to = from;
        Unsafe.Add(ref to, 1) = Unsafe.Add(ref from, 1);
    }

    /// <summary>Finds the answer to a command that was numbered before.</summary>
    /// <param name="session">The session.</param>
    /// <param name="executed">How many commands the session has executed.</param>
    /// <param name="lastNumber">The session's highest consumed number.</param>
    /// <param name="number">The number sent again, at most <paramref name="lastNumber"/>.</param>
    /// <param name="commandHash">BLAKE3 of the bytes sent again.</param>
    /// <param name="result">The original result when the answer is <see cref="ResultCode.Ok"/>.</param>
    /// <returns><see cref="ResultCode.Ok"/>, <see cref="ResultCode.ExistsDifferent"/> (also for a number that was skipped) or
    /// <see cref="ResultCode.ResultNotRetained"/>.</returns>
    public ResultCode Find(uint session, ulong executed, ulong lastNumber, ulong number, in Hash256 commandHash, out CommandResult result)
    {
        result = default;
        ulong oldest = executed > Length ? executed - Length : 0;
        if (executed == 0 || number < At(session, oldest).Number) return executed > Length ? ResultCode.ResultNotRetained : ResultCode.ExistsDifferent;
        ulong low = oldest, high = executed - 1;
        ulong distance = lastNumber - number;
        ulong guess = distance <= high - low ? high - distance : low;
        while (true)
        {
            ref Entry entry = ref At(session, guess);
            if (entry.Number == number)
            {
                if (entry.CommandTag != Tag(commandHash)) return ResultCode.ExistsDifferent;
                result = entry.Result;
                return ResultCode.Ok;
            }

            if (entry.Number < number) low = guess + 1;
            else if (guess == 0) return ResultCode.ExistsDifferent;
            else high = guess - 1;
            if (low > high || low >= executed) return ResultCode.ExistsDifferent;
            guess = low + ((high - low) / 2);
        }
    }

    /// <summary>Frees the windows.</summary>
    public void Dispose()
    {
        Pages.Dispose();
        _memory.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry At(uint session, ulong position)
    {
        Invariant.Check(session < _sessions);
        return ref _entries[((ulong)session * Length) + (position & (Length - 1))];
    }

    /// <summary>128 bits of the hash: finding another command with the same tag is as hard as breaking a 128-bit digest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Tag(in Hash256 hash) => MemoryMarshal.Read<UInt128>(hash.Bytes);

    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Entry
    {
        [FieldOffset(0)] public UInt128 CommandTag;
        [FieldOffset(16)] public CommandResult Result;
        [FieldOffset(48)] public ulong Number;
    }
}
