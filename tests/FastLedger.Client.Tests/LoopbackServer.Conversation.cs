// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Client.Tests;

// What the server says on one connection.
public sealed partial class LoopbackServer
{
    private sealed class Conversation(LoopbackServer server, ITransportConnection connection)
    {
        private readonly ServerSession _session = new(server.Options, new Hash256(RandomNumberGenerator.GetBytes(32)), NowNs);
        private readonly byte[] _body = new byte[ProtocolLimits.MaxBatchBodyBytes];
        private readonly Hash256[] _hashes = new Hash256[ProtocolLimits.MaxBatchCommands];
        private readonly CommandResult[] _results = new CommandResult[ProtocolLimits.MaxBatchCommands];
        private readonly byte[] _answer = new byte[ProtocolLimits.MaxFrameBytes];

        public async Task RunAsync()
        {
            using var timer = new Timer(_ => Tick(), null, 5, 5);
            while (true)
            {
                ReadResult read = await connection.Input.ReadAsync();
                ReadOnlySequence<byte> buffer = read.Buffer;
                bool goOn = true;
                ResultCode error = ResultCode.Ok;
                while (goOn && FrameReader.TryRead(ref buffer, out Frame frame, out error, _session.MaxFrameBytes)) goOn = Handle(in frame);
                if (goOn && error != ResultCode.Ok) goOn = Do(_session.FramingFault(error), default);
                connection.Input.AdvanceTo(buffer.Start, buffer.End);
                if (!goOn || read.IsCompleted) return;
            }
        }

        private bool Handle(in Frame frame)
        {
            if (frame.Header.TemplateId == TemplateId.Sequence) Interlocked.Increment(ref server._heartbeats);
            return Do(_session.Receive(in frame, NowNs), in frame);
        }

        private void Tick()
        {
            if (!Monitor.TryEnter(_answer)) return;
            try
            {
                if (_session.State == ServerSessionState.Established && _session.Tick(NowNs) == ServerAction.SendHeartbeat)
                    Send(_session.Heartbeat);
            }
            catch (Exception e) when (SocketTransport.IsConnectionFault(e))
            {
                // Broken: the reader ends the conversation.
            }
            finally
            {
                Monitor.Exit(_answer);
            }
        }

        private bool Do(ServerAction action, in Frame frame)
        {
            lock (_answer)
            {
                switch (action)
                {
                    case ServerAction.LookUpKey:
                        uint known;
                        lock (server._ledger) server._sessions.TryGetValue(_session.PublicKey, out known);
                        return Send(_session.CompleteLookUp(known));
                    case ServerAction.Register:
                        if (server.RegistrationCode != ResultCode.Ok) return Do(_session.CompleteRegistration(server.RegistrationCode, 0), in frame);
                        uint session;
                        lock (server._ledger)
                        {
                            if (!server._sessions.TryGetValue(_session.PublicKey, out session))
                            {
                                server._sessions[_session.PublicKey] = session = (uint)server._sessions.Count + 1;
                                server._lastNumbers[session] = 0;
                            }
                        }

                        return Do(_session.CompleteRegistration(ResultCode.Ok, session), in frame);
                    case ServerAction.OpenSession:
                        ulong last;
                        lock (server._ledger) last = server._lastNumbers[_session.Session];
                        return Send(_session.CompleteOpen(last + 1));
                    case ServerAction.Batch: return HandleBatch(in frame);
                    case ServerAction.Query: return HandleQuery(in frame);
                    case ServerAction.Reject: return Send(_session.LastReject);
                    case ServerAction.RejectAndClose: return Send(_session.LastReject) && false;
                    case ServerAction.Terminate: return Send(_session.LastTerminate) && false;
                    case ServerAction.Close: return false;
                    default: return true;
                }
            }
        }

        private bool HandleBatch(in Frame frame)
        {
            int index = Interlocked.Increment(ref server._batches) - 1;
            if ((frame.Header.Flags & FrameFlags.PossibleResend) != 0) Interlocked.Increment(ref server._resends);
            FrameHeader header = frame.Header;
            Cut cut = server.CutAt(index);
            if (cut == Cut.BeforeExecution) return Break();
            Span<byte> body = _body.AsSpan(0, (int)frame.Body.Length);
            frame.Body.CopyTo(body);
            ref readonly CommandBatchHead head = ref _session.Batch;
            Span<Hash256> hashes = _hashes.AsSpan(0, head.Count);
            ResultCode code = BatchVerifier.Verify(body, server.ChainId, _session.PublicKey, hashes, out _);
            if (code == ResultCode.Ok) code = server.RefuseBatch(index);
            if (code != ResultCode.Ok) return Send(_session.RejectBatch(in header, code));
            server.Answering.Wait();
            (ulong first, int failed, int ok) = Execute(head, BatchVerifier.Commands(body), hashes);
            if (cut == Cut.AfterExecution) return Break();
            int length = WriteAnswer(in head, first, failed, ok);
            _session.BatchAnswered();
            connection.Output.Write(_answer.AsSpan(0, cut == Cut.InsideAnswer ? length / 2 : length));
            Flush();
            if (cut is Cut.InsideAnswer or Cut.AfterAnswer) return Break();
            if (server.EventsPerBatch > 0) SendEvents();
            return true;
        }

        private (ulong First, int Listed, int Ok) Execute(in CommandBatchHead head, ReadOnlySpan<Command> commands, ReadOnlySpan<Hash256> hashes)
        {
            lock (server._ledger)
            {
                uint session = _session.Session;
                ulong last = server._lastNumbers[session];
                ulong firstSequence = 0;
                int listed = 0, ok = 0;
                for (int i = 0; i < commands.Length; i++)
                {
                    ulong number = commands[i].Number;
                    CommandResult result;
                    if (number > last)
                    {
                        result = new CommandResult { Code = server.Judge(commands[i]), Sequence = ++server._sequence, Value = number };
                        if (server.KeepResults)
                        {
                            ref var effect = ref CollectionsMarshal.GetValueRefOrAddDefault(server.Effects, (session, number), out _);
                            effect = (effect.Count + 1, hashes[i], result);
                        }

                        last = number;
                    }
                    else if (server.KeepResults && server.Effects.TryGetValue((session, number), out var known))
                    {
                        result = known.Result;
                        if (known.Hash != hashes[i]) result.Code = ResultCode.ExistsDifferent;
                    }
                    else
                    {
                        result = new CommandResult { Code = ResultCode.ResultNotRetained };
                    }

                    if (i == 0) firstSequence = result.Sequence;
                    if (result.Code == ResultCode.Ok) ok++;
                    if (result.Code == ResultCode.Ok && head.ResultMode == ResultMode.FailuresOnly) continue;
                    result.Index = (uint)i;
                    _results[listed++] = result;
                }

                server._lastNumbers[session] = last;
                return (firstSequence, listed, ok);
            }
        }

        private int WriteAnswer(in CommandBatchHead head, ulong firstSequence, int listed, int ok)
        {
            var answer = new BatchResultHead
            {
                Session = head.Session,
                Count = head.Count,
                FirstNumber = head.FirstNumber,
                LastNumber = head.LastNumber,
                FirstSequence = firstSequence,
                Height = 7,
                OkCount = (uint)ok,
                ResultMode = head.ResultMode,
            };
            var writer = new FrameWriter(_answer);
            writer.Begin(in answer);
            writer.Group<CommandResult>(_results.AsSpan(0, listed));
            return writer.Complete(_session.TakeSeqNum(NowNs), 0);
        }

        private void SendEvents()
        {
            var writer = new FrameWriter(_answer);
            writer.Begin(new OrderEventsHead { Session = _session.Session });
            Span<OrderEvent> events = writer.Group<OrderEvent>(server.EventsPerBatch);
            for (int i = 0; i < events.Length; i++) events[i] = new OrderEvent { Kind = OrderEventKind.Fill, OrderId = (ulong)i };
            connection.Output.Write(_answer.AsSpan(0, writer.Complete(_session.TakeSeqNum(NowNs), 0)));
            Flush();
        }

        private bool HandleQuery(in Frame frame)
        {
            if (frame.TryRead(out AccountQuery account))
            {
                return account.Number == 404
                    ? Send(ServerSession.RejectQuery(in frame, ResultCode.NotFound))
                    : Send(new AccountAnswer { RequestId = account.RequestId, Number = account.Number, ExternalId = account.ExternalId });
            }

            if (frame.TryRead(out OrderQuery order)) return Send(new OrderAnswer { RequestId = order.RequestId, OrderId = order.OrderId });
            if (frame.TryRead(out InstrumentQuery instrument))
                return Send(new InstrumentAnswer { RequestId = instrument.RequestId, Number = instrument.Number, ExternalId = instrument.ExternalId });
            if (frame.TryRead(out AssetQuery asset))
                return Send(new AssetAnswer { RequestId = asset.RequestId, Number = asset.Number, ExternalId = asset.ExternalId });
            if (frame.TryRead(out SessionQuery session))
                return Send(new SessionAnswer { RequestId = session.RequestId, Number = session.Number, Key = session.Key });
            if (frame.TryRead(out StatusQuery status)) return Send(new StatusAnswer { RequestId = status.RequestId, ChainId = server.ChainId });
            if (frame.TryRead(out StatementQuery statement))
            {
                var writer = new FrameWriter(_answer);
                writer.Begin(new StatementAnswerHead { RequestId = statement.RequestId, Account = statement.Account, FirstEntry = 9 });
                Span<HistoryEntry> entries = writer.Group<HistoryEntry>((int)statement.Limit);
                for (int i = 0; i < entries.Length; i++) entries[i] = new HistoryEntry { Sequence = (ulong)i };
                return SendAnswer(ref writer);
            }

            Assert.True(frame.TryRead(out DepthQuery depth));
            var depthWriter = new FrameWriter(_answer);
            depthWriter.Begin(new DepthAnswerHead { RequestId = depth.RequestId, Instrument = depth.Instrument });
            depthWriter.Group<DepthLevel>(2)[0] = new DepthLevel { PriceTicks = 99 };
            depthWriter.Group<DepthLevel>(1)[0] = new DepthLevel { PriceTicks = 101 };
            return SendAnswer(ref depthWriter);
        }

        private bool SendAnswer(ref FrameWriter writer)
        {
            connection.Output.Write(_answer.AsSpan(0, writer.Complete(_session.TakeSeqNum(NowNs), 0)));
            return Flush();
        }

        private bool Send<T>(in T message) where T : unmanaged, IMessage
        {
            _session.Send(connection.Output, in message, NowNs);
            return Flush();
        }

        private bool Flush()
        {
            ValueTask<FlushResult> flush = connection.Output.FlushAsync();
            if (!flush.IsCompletedSuccessfully) flush.AsTask().GetAwaiter().GetResult();
            return true;
        }

        private bool Break()
        {
            connection.Abort();
            return false;
        }
    }
}
