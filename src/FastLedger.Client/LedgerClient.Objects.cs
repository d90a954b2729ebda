// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Objects: classes, states, owners, liens, histories.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A class by number.</summary>
    public ValueTask<ObjectClassAnswer> GetObjectClassAsync(uint number, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectClassQuery, ObjectClassAnswer>(new ObjectClassQuery { Class = number }, cancellationToken);

    /// <summary>A class by external id.</summary>
    public ValueTask<ObjectClassAnswer> FindObjectClassAsync(UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectClassQuery, ObjectClassAnswer>(new ObjectClassQuery { ExternalId = externalId }, cancellationToken);

    /// <summary>An object by number.</summary>
    public ValueTask<ObjectAnswer> GetObjectAsync(ulong number, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectQuery, ObjectAnswer>(new ObjectQuery { Object = number }, cancellationToken);

    /// <summary>An object by class and external id.</summary>
    public ValueTask<ObjectAnswer> FindObjectAsync(uint objectClass, UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectQuery, ObjectAnswer>(new ObjectQuery { Class = objectClass, ExternalId = externalId }, cancellationToken);

    /// <summary>An object of a class with unique content.</summary>
    public ValueTask<ObjectAnswer> FindObjectAsync(uint objectClass, Hash256 content, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectQuery, ObjectAnswer>(new ObjectQuery { Class = objectClass, Content = content }, cancellationToken);

    /// <summary>Events of an object, backwards from an event or, with 0, from the newest.</summary>
    public ValueTask<ObjectHistory> GetObjectHistoryAsync(ulong number, ulong fromEvent = 0, int limit = ProtocolLimits.MaxStatementEntries, CancellationToken cancellationToken = default) =>
        AskAsync<ObjectHistoryQuery, ObjectHistory>(new ObjectHistoryQuery { Object = number, FromEvent = fromEvent, Limit = (uint)limit }, DecodeObjectHistory, cancellationToken);

    /// <summary>Events of the event log from a number on, ascending.</summary>
    public ValueTask<EventLogPart> GetEventsAsync(ulong firstEvent = 1, int limit = ProtocolLimits.MaxStatementEntries, CancellationToken cancellationToken = default) =>
        AskAsync<EventQuery, EventLogPart>(new EventQuery { FirstEvent = firstEvent, Limit = (uint)limit }, DecodeEvents, cancellationToken);

    /// <summary>Creates an object in state 0. Value: its number.</summary>
    public ValueTask<CommandResult> CreateObjectAsync(CreateObjectCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Moves an object along an edge of its class's table. Value: its version.</summary>
    public ValueTask<CommandResult> ChangeObjectAsync(ulong number, uint state, Hash256 reference = default, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ChangeObjectCommand { Object = number, State = state, Value = ulong.MaxValue, Reference = reference }, cancellationToken);

    /// <summary>Moves an object along an edge and changes more of it. Value: its version.</summary>
    public ValueTask<CommandResult> ChangeObjectAsync(ChangeObjectCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Hands an object over. Value: its version.</summary>
    public ValueTask<CommandResult> TransferObjectAsync(ulong number, uint newOwner, Hash256 reference = default, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ObjectPartyCommand { Opcode = Opcode.TransferObject, Object = number, Party = newOwner, Reference = reference }, cancellationToken);

    /// <summary>Ends the lien on an object. Value: its version.</summary>
    public ValueTask<CommandResult> ReleaseLienAsync(ulong number, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ObjectPartyCommand { Opcode = Opcode.ReleaseLien, Object = number }, cancellationToken);

    /// <summary>Gives a lien on an object; the holder must sign too, so this is for chains with endorsements or a policy of both. Value: its version.</summary>
    public ValueTask<CommandResult> SetLienAsync(ulong number, uint holder, ulong amount = 0, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ObjectPartyCommand { Opcode = Opcode.SetLien, Object = number, Party = holder, LienAmount = amount }, cancellationToken);

    /// <summary>Succeeds when an object is as the command says. Value: its version.</summary>
    public ValueTask<CommandResult> CheckObjectAsync(CheckObjectCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Creates an active class with its edges, in one chain. Value: its number.</summary>
    public async ValueTask<CommandResult> CreateClassAsync(
        CreateClassCommand create, IReadOnlyList<(byte From, byte To, TransitionRole Role)> edges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edges);
        var commands = new Command[edges.Count + 2];
        commands[0] = ToCommand(create);
        for (int i = 0; i < edges.Count; i++)
            commands[i + 1] = ToCommand(new SetTransitionCommand { From = edges[i].From, To = edges[i].To, Role = edges[i].Role });
        commands[^1] = ToCommand(new SetTransitionCommand { Opcode = Opcode.ActivateClass });
        return First(await ExecuteChainAsync(commands, [], cancellationToken: cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The commands that show a Merkle path to an object's content, for the front of a chain.</summary>
    /// <param name="number">The object.</param>
    /// <param name="index">The leaf, which must be the object's challenge.</param>
    /// <param name="leaf">Hash of the leaf.</param>
    /// <param name="siblings">From the bottom to the top.</param>
    public static Command[] PathCommands(ulong number, ulong index, Hash256 leaf, ReadOnlySpan<Hash256> siblings)
    {
        Hash256[] hashes = [leaf, .. siblings];
        var commands = new Command[(hashes.Length + 1) / 2];
        for (int part = 0; part < commands.Length; part++)
        {
            bool two = (2 * part) + 1 < hashes.Length;
            commands[part] = ToCommand(new CheckPathCommand
            {
                Object = number,
                Index = index,
                Part = (uint)part,
                Count = (ushort)(two ? 2 : 1),
                Last = (ushort)(part == commands.Length - 1 ? 1 : 0),
                Hash0 = hashes[2 * part],
                Hash1 = two ? hashes[(2 * part) + 1] : default,
            });
        }

        return commands;
    }

    private static bool DecodeObjectHistory(in Frame frame, out ObjectHistory history)
    {
        history = null!;
        if (!frame.TryRead(out ObjectHistoryAnswerHead head) || !frame.TryReadGroup<LedgerEvent>(out ReadOnlySequence<byte> events, out int count)) return false;
        history = new ObjectHistory(head, ToArray<LedgerEvent>(events, count));
        return true;
    }

    private static bool DecodeEvents(in Frame frame, out EventLogPart part)
    {
        part = null!;
        if (!frame.TryRead(out EventAnswerHead head) || !frame.TryReadGroup<LedgerEvent>(out ReadOnlySequence<byte> events, out int count)) return false;
        part = new EventLogPart(head, ToArray<LedgerEvent>(events, count));
        return true;
    }
}
