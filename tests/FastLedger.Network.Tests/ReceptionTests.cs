// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using FastLedger.Network.Tests.Peers;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Network.Tests;

/// <summary>Who comes through the door, and what happens to the others.</summary>
public sealed class ReceptionTests : IAsyncDisposable
{
    private const int MaxSilent = 4;
    private const int SilenceMs = 60_000; // nothing lapses here unless a test says that time has passed

    private readonly ConcurrentQueue<Socket> _admitted = [];
    private readonly ConcurrentQueue<Exception> _faults = [];
    private readonly List<Socket> _callers = [];
    private readonly Reception _reception;
    private Action<Socket> _admit;

    public ReceptionTests()
    {
        _admit = _admitted.Enqueue;
        _reception = Open(Reception.JudgeFrame, saysWhy: true);
        _reception.Start();
    }

    [Fact]
    public async Task Whoever_begins_with_a_frame_is_handed_over_with_every_byte_unread()
    {
        byte[] frame = new byte[FrameWriter.LengthOf<Negotiate>()];
        FrameWriter.Write(frame, new Negotiate { PublicKey = new Hash256(Enumerable.Repeat((byte)7, 32).ToArray()) }, 1, 0);
        await (await CallAsync()).SendAsync(frame);
        Socket socket = await AdmittedAsync();
        byte[] bytes = new byte[frame.Length];
        Assert.Equal(frame.Length, await socket.ReceiveAsync(bytes));
        Assert.Equal(frame, bytes);
        Assert.Equal(new ReceptionStatistics(1, 0, 0, 0, 0, 0), _reception.Statistics);
    }

    [Fact]
    public async Task Bytes_that_decide_nothing_yet_are_no_junk()
    {
        await (await CallAsync()).SendAsync(new byte[] { 64, 0, 0 }); // the length of a frame has four
        await AdmittedAsync();
        Assert.Equal(0, _reception.Statistics.Malformed);
    }

    [Theory]
    [InlineData(7u, ResultCode.FrameMalformed)]
    [InlineData(uint.MaxValue, ResultCode.FrameMalformed)]
    [InlineData((uint)ProtocolLimits.MaxHandshakeFrameBytes + 8, ResultCode.FrameTooLong)]
    public async Task Junk_is_told_why_and_cut_off(uint length, ResultCode code)
    {
        Socket caller = await CallAsync();
        await caller.SendAsync(BitConverter.GetBytes(length));
        byte[] answer = new byte[FrameWriter.LengthOf<Terminate>()];
        Assert.Equal(answer.Length, await caller.ReceiveAsync(answer));
        Assert.Equal(TemplateId.Terminate, MemoryMarshal.Read<FrameHeader>(answer).TemplateId);
        Assert.Equal(code, MemoryMarshal.Read<Terminate>(answer.AsSpan(ProtocolLimits.HeaderBytes)).Code);
        Assert.True(await IsCutOffAsync(caller));
        Assert.Equal(1, _reception.Statistics.Malformed);
        Assert.Empty(_admitted);
    }

    [Fact]
    public async Task Whoever_leaves_without_a_word_is_counted_as_junk()
    {
        (await CallAsync()).Close();
        await Eventually.FalseAsync(() => _reception.Statistics.Malformed == 0);
        Assert.Equal(0, _reception.Statistics.Silent);
    }

    [Fact]
    public async Task One_silent_connection_too_many_pushes_the_oldest_out()
    {
        for (int i = 0; i < MaxSilent + 2; i++)
        {
            await CallAsync();
            await Eventually.FalseAsync(() => _reception.Statistics.Accepted <= i);
        }

        Assert.True(await IsCutOffAsync(_callers[0]));
        Assert.True(await IsCutOffAsync(_callers[1]));
        Assert.Equal(new ReceptionStatistics(MaxSilent + 2, MaxSilent, 2, 0, 0, 0), _reception.Statistics);
        await _callers[2].SendAsync(new byte[] { 64, 0, 0 }); // the oldest that is left may still speak
        await AdmittedAsync();
    }

    [Fact]
    public async Task Whoever_is_silent_for_too_long_goes()
    {
        Socket caller = await CallAsync();
        await Eventually.FalseAsync(() => _reception.Statistics.Silent == 0);
        long now = Reception.NowNs();
        _reception.Tick(now);
        Assert.Equal(1, _reception.Statistics.Silent);
        _reception.Tick(now + (SilenceMs * 1_000_000L) + 1);
        Assert.True(await IsCutOffAsync(caller));
        Assert.Equal(new ReceptionStatistics(1, 0, 0, 1, 0, 0), _reception.Statistics);
    }

    [Fact]
    public async Task A_door_for_encrypted_streams_knows_their_beginning()
    {
        await using Reception door = Open(Reception.JudgeTls, saysWhy: false);
        door.Start();
        await (await CallAsync(door)).SendAsync(new byte[] { 22, 3, 1, 0, 200 });
        await AdmittedAsync();
        Socket stranger = await CallAsync(door);
        await stranger.SendAsync(new byte[] { 22, 4 });
        Assert.True(await IsCutOffAsync(stranger)); // without a word
        Assert.Equal(ResultCode.Ok, Reception.JudgeTls([22]));
        Assert.Equal(ResultCode.FrameMalformed, Reception.JudgeTls([64, 0]));
    }

    [Fact]
    public async Task A_fault_of_whoever_takes_over_costs_one_connection_and_is_told()
    {
        _admit = static _ => throw new InvalidOperationException("no");
        Socket caller = await CallAsync();
        await caller.SendAsync(new byte[] { 64 });
        Assert.True(await IsCutOffAsync(caller));
        await Eventually.FalseAsync(() => _faults.IsEmpty);
        _admit = _admitted.Enqueue;
        await (await CallAsync()).SendAsync(new byte[] { 64 });
        await AdmittedAsync();
        Assert.Single(_faults);
    }

    [Fact]
    public async Task Closing_the_door_lets_nobody_wait_outside()
    {
        Socket caller = await CallAsync();
        await Eventually.FalseAsync(() => _reception.Statistics.Silent == 0);
        await _reception.DisposeAsync();
        Assert.True(await IsCutOffAsync(caller));
        Assert.Empty(_admitted);
        await Assert.ThrowsAsync<SocketException>(() => CallAsync());
    }

    [Fact]
    public void Blocks_are_small_until_the_other_side_proved_itself()
    {
        using ProvenBlockPool stranger = SocketTransport.BlocksFor(isProven: false), friend = SocketTransport.BlocksFor(isProven: true);
        Assert.Equal(SocketTransport.SmallBlockBytes, Rented(stranger, 1));
        Assert.True(Rented(stranger, SocketTransport.SmallBlockBytes + 1) > SocketTransport.SmallBlockBytes);
        stranger.Widen();
        Assert.Equal(Rented(friend, 1), Rented(stranger, 1));
        Assert.True(Rented(friend, 1) > SocketTransport.SmallBlockBytes);

        static int Rented(ProvenBlockPool pool, int bytes)
        {
            using System.Buffers.IMemoryOwner<byte> block = pool.Rent(bytes);
            return block.Memory.Length;
        }
    }

    [Fact]
    public async Task What_is_under_way_is_waited_for()
    {
        var inFlight = new InFlight();
        inFlight.Begin();
        inFlight.Begin();
        Task idle = inFlight.CloseAsync();
        inFlight.End();
        Assert.False(idle.IsCompleted);
        inFlight.End();
        await idle;
        Assert.True(new InFlight().CloseAsync().IsCompletedSuccessfully);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Socket socket in _callers.Concat(_admitted)) socket.Dispose();
        await _reception.DisposeAsync();
    }

    private Reception Open(FirstBytesJudge judge, bool saysWhy) => new(
        new ReceptionOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), MaxSilent = MaxSilent, SilenceMs = SilenceMs, Judge = judge, SaysWhy = saysWhy },
        socket => _admit(socket), _faults.Enqueue);

    private async Task<Socket> CallAsync(Reception? door = null)
    {
        Socket socket = await SocketTransport.ConnectSocketAsync((door ?? _reception).EndPoint, default);
        _callers.Add(socket);
        return socket;
    }

    private async Task<Socket> AdmittedAsync()
    {
        Socket? socket = null;
        await Eventually.FalseAsync(() => !_admitted.TryDequeue(out socket));
        _callers.Add(socket!);
        return socket!;
    }

    private static async Task<bool> IsCutOffAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]) == 0;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionReset;
        }
    }
}
