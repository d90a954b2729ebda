// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using Xunit.Abstractions;

namespace FastLedger.Node.Tests;

/// <summary>
/// Mutated frames against a live replica: the handshake is good, then comes a frame that was good before some of its bytes were changed.
/// The replica must neither fall, nor grow, nor change its state, nor disturb the session next door.
/// </summary>
[Collection(nameof(MeasuresMemory))]
public sealed class MutatedFrameTests(ITestOutputHelper output)
{
    private const int FramesPerConnection = 200;

    private static int Frames => Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN") == "long" ? 1_000_000 : 20_000;

    [Fact]
    public async Task Mutated_frames_change_nothing_and_disturb_nobody()
    {
        const int seed = 20_231_225;
        output.WriteLine($"seed {seed}, {Frames} frames");
        var random = new Random(seed);
        await using var replica = new TestReplica();
        await using LedgerClient neighbour = await replica.ConnectAsync(1);
        uint asset = (uint)await TestReplica.OkAsync(neighbour, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        StatusAnswer before = await RegisterAsync(replica, neighbour);
        long memory = 0;
        int sent = 0, connections = 0;
        var codes = new SortedDictionary<ResultCode, int>();
        while (sent < Frames)
        {
            using var peer = new RawPeer(replica, seed: 9);
            foreach (byte[] frame in peer.Handshake()) peer.Send(frame);
            int room = FramesPerConnection;
            while (room-- > 0 && sent < Frames)
            {
                byte[] frame = peer.Mutate(random, asset);
                sent++;
                if (!peer.TrySend(frame)) break;
                if (random.Next(20) == 0) break; // half a frame, then nothing
            }

            peer.CountAnswers(codes);
            connections++;
            if (memory == 0 && sent >= Frames / 4) memory = GC.GetTotalMemory(forceFullCollection: true);
        }

        foreach ((ResultCode code, int count) in codes) output.WriteLine($"{code}: {count}");
        Assert.True(codes.Count >= 5, "the mutations reach too few checks");
        StatusAnswer after = await neighbour.GetStatusAsync();
        Assert.Equal(before.LedgerSequence, after.LedgerSequence);
        Assert.Equal(before.StateRoot, after.StateRoot);
        Assert.Equal(ResultCode.Ok, (await neighbour.ExecuteAsync(new CreateAssetCommand { Opcode = Opcode.CreateAsset })).Code);
        long growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        output.WriteLine($"{connections} connections, memory {memory:N0} bytes, then {growth:N0} more");
        Assert.True(growth < 4 << 20, "memory grew");
    }

    private static async Task<StatusAnswer> RegisterAsync(TestReplica replica, LedgerClient neighbour)
    {
        await using (await replica.ConnectAsync(9))
        {
        }

        return await neighbour.GetStatusAsync();
    }

    /// <summary>A client that speaks byte by byte.</summary>
    private sealed class RawPeer : IDisposable
    {
        private readonly TcpClient _tcp = new();
        private readonly NetworkStream _stream;
        private readonly SigningKey _key;
        private readonly Hash256 _chainId;
        private readonly byte[] _received = new byte[1 << 16];
        private ulong _seqNum;
        private uint _session;
        private int _length;

        public RawPeer(TestReplica replica, byte seed)
        {
            _key = TestReplica.Key(seed);
            _chainId = replica.Replica.ChainId;
            _tcp.NoDelay = true;
            _tcp.Connect(replica.Replica.EndPoint);
            _tcp.ReceiveTimeout = 30_000;
            _stream = _tcp.GetStream();
        }

        public IEnumerable<byte[]> Handshake()
        {
            yield return Build(new Negotiate { PublicKey = _key.PublicKey });
            NegotiateResponse response = Receive<NegotiateResponse>();
            _session = response.Session;
            var establish = new Establish { Session = _session, MaxVersion = Schema.Version, EventMode = EventMode.Maker };
            var message = new byte[SignedMessages.EstablishBytes];
            SignedMessages.Establish(message, _chainId, response.Challenge, _key.PublicKey);
            _key.Sign(message, System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<Signature>(ref establish.Signature)));
            yield return Build(establish);
            Assert.Equal(_session, Receive<EstablishAck>().Session);
        }

        public void Send(byte[] frame) => _stream.Write(frame);

        public bool TrySend(byte[] frame)
        {
            try
            {
                Send(frame);
                return true;
            }
            catch (System.IO.IOException)
            {
                return false;
            }
        }

        /// <summary>A frame that the replica would accept, with 1 to 8 bytes or its length changed. Batches keep a wrong signature.</summary>
        public byte[] Mutate(Random random, uint asset)
        {
            byte[] frame = random.Next(8) switch
            {
                0 => Build(new Sequence { NextSeqNum = _seqNum + 2 }),
                1 => Build(new AccountQuery { RequestId = 1, Number = 1 }),
                2 => Build(new DepthQuery { RequestId = 2, Instrument = 1, Levels = 10 }),
                3 => Build(new StatementQuery { RequestId = 3, Account = 1, Limit = 10 }),
                4 => Build(new HandOverQuery { RequestId = 4, Epoch = 1 }),
                5 => Build(new ValidatorsQuery { RequestId = 5 }),
                _ => Batch(random.Next(1, 4), asset),
            };
            bool batch = frame[8] == (byte)TemplateId.CommandBatch;
            int from = random.Next(3) == 0 ? 0 : ProtocolLimits.HeaderBytes;
            if (batch) frame[ProtocolLimits.HeaderBytes + random.Next(Signature.Size)] ^= 1;
            for (int i = random.Next(1, 9); i > 0; i--)
            {
                int at = from + random.Next(frame.Length - from);
                if (batch && at >= ProtocolLimits.HeaderBytes && at < ProtocolLimits.HeaderBytes + Signature.Size) continue;
                frame[at] = (byte)random.Next(256);
            }

            return random.Next(10) == 0 ? frame[..random.Next(frame.Length)] : frame;
        }

        /// <summary>Ends the sending side and reads what was answered, up to the end.</summary>
        public void CountAnswers(SortedDictionary<ResultCode, int> codes)
        {
            try
            {
                _tcp.Client.Shutdown(SocketShutdown.Send);
                while (TryReceive(out TemplateId template, out ReadOnlySpan<byte> body))
                {
                    if (template is not (TemplateId.Reject or TemplateId.Terminate)) continue;
                    ResultCode code = (ResultCode)BitConverter.ToUInt32(body);
                    codes[code] = codes.GetValueOrDefault(code) + 1;
                }
            }
            catch (Exception e) when (e is System.IO.IOException or SocketException)
            {
                // The replica closed first.
            }
        }

        public void Dispose()
        {
            _key.Dispose();
            _tcp.Dispose();
        }

        private byte[] Build<T>(T message) where T : unmanaged, IMessage
        {
            byte[] frame = new byte[FrameWriter.LengthOf<T>()];
            FrameWriter.Write(frame, message, ++_seqNum, 0);
            return frame;
        }

        private byte[] Batch(int count, uint asset)
        {
            byte[] frame = new byte[FrameWriter.LengthOf<CommandBatchHead, Command>(count)];
            var writer = new FrameWriter(frame);
            writer.Begin(new CommandBatchHead
            {
                Session = _session,
                Count = (ushort)count,
                FirstNumber = 1000,
                LastNumber = 1000 + (ulong)count - 1,
            });
            Span<Command> commands = writer.Group<Command>(count);
            for (int i = 0; i < count; i++)
            {
                var open = new OpenAccountCommand { Opcode = Opcode.OpenAccount, Number = 1000 + (ulong)i, Asset = asset };
                commands[i] = Command.Of(in open);
            }

            writer.Complete(++_seqNum, 0);
            BatchVerifier.Sign(frame.AsSpan(ProtocolLimits.HeaderBytes), _chainId, _key, new Hash256[count]);
            return frame;
        }

        private T Receive<T>() where T : unmanaged, IMessage
        {
            Assert.True(TryReceive(out TemplateId template, out ReadOnlySpan<byte> body));
            Assert.Equal(T.TemplateId, template);
            return System.Runtime.InteropServices.MemoryMarshal.Read<T>(body);
        }

        private bool TryReceive(out TemplateId template, out ReadOnlySpan<byte> body)
        {
            template = default;
            body = default;
            if (!Fill(ProtocolLimits.HeaderBytes)) return false;
            int length = BitConverter.ToInt32(_received);
            if (!Fill(length)) return false;
            template = (TemplateId)BitConverter.ToUInt16(_received, 8);
            body = _received.AsSpan(ProtocolLimits.HeaderBytes, length - ProtocolLimits.HeaderBytes).ToArray();
            _received.AsSpan(length, _length - length).CopyTo(_received);
            _length -= length;
            return true;
        }

        private bool Fill(int bytes)
        {
            while (_length < bytes)
            {
                int read = _stream.Read(_received, _length, _received.Length - _length);
                if (read == 0) return false;
                _length += read;
            }

            return true;
        }
    }
}
