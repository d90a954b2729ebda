// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Patterns;

/// <summary>
/// Commands of one session that take effect together or not at all. The patterns of this folder add to it; what they add can be mixed
/// freely, because a chain may hold commands of any opcodes.
/// </summary>
/// <remarks>Thread: one at a time. Alloc: yes; this is for convenience, not for the hot path.</remarks>
public sealed class CommandChain
{
    private readonly List<Command> _commands = [];
    private readonly List<Endorser> _endorsers = [];

    /// <summary>The commands added, without numbers and endorsements.</summary>
    public IReadOnlyList<Command> Commands => _commands;

    /// <summary>True: together or not at all. False: the commands only travel together, each takes effect by itself; they cannot be endorsed.</summary>
    public bool IsLinked { get; init; } = true;

    /// <summary>Block time from which the endorsements count no more, nanoseconds since the Unix epoch; 0 for never.</summary>
    public long EndorsedUntilNs { get; set; }

    /// <summary>Adds a command; an opcode of 0 becomes the usual one of <typeparamref name="T"/>.</summary>
    /// <returns>Its place in the chain, from 0.</returns>
    public int Add<T>(in T command) where T : unmanaged, ICommand
    {
        Command plain = Command.Of(in command);
        if (plain.Opcode == 0) plain.Opcode = T.Opcode;
        _commands.Add(plain);
        return _commands.Count - 1;
    }

    /// <summary>Lets somebody else sign the chain as well, when it is sent.</summary>
    public void Endorse(Endorser endorser) => _endorsers.Add(endorser);

    /// <summary>
    /// Digest of the commands as they stand behind an Enact command: what a proposal names and its approvers agree to.
    /// </summary>
    public Hash256 ProposalDigest() => ChainDigest.Proposed(Linked(0, numbered: false));

    /// <summary>Sends the chain and waits for what became of it.</summary>
    /// <param name="client">Session that sends it; nothing else may be submitted through it meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait, not the chain.</param>
    /// <exception cref="LedgerException">The ledger did not answer, or refused the batch as a whole.</exception>
    public ValueTask<ChainOutcome> SubmitAsync(LedgerClient client, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return ResubmitAsync(client, client.NextNumber, cancellationToken);
    }

    /// <summary>Sends the chain again under the numbers that it had before; see <see cref="LedgerClient.ResubmitAsync"/>.</summary>
    /// <param name="client">Session that sent it.</param>
    /// <param name="firstNumber">Number of the first command, endorsements included.</param>
    /// <param name="cancellationToken">Ends the wait, not the chain.</param>
    public async ValueTask<ChainOutcome> ResubmitAsync(LedgerClient client, ulong firstNumber, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        int endorsements = _endorsers.Count;
        Command[] commands = Linked(firstNumber + (ulong)endorsements, numbered: true);
        using CommandBatch batch = client.RentBatch(endorsements + commands.Length);
        AddEndorsements(batch, client, ChainDigest.Endorsed(commands));
        foreach (Command command in commands) batch.Add(new PlainCommand { Command = command });
        BatchOutcome outcome = await client.ResubmitAsync(batch, firstNumber, ResultMode.All, cancellationToken).ConfigureAwait(false);
        CommandResult[] results = [.. outcome.Results];
        ResultCode code = results.Select(r => r.Code).FirstOrDefault(c => c is not (ResultCode.Ok or ResultCode.LinkedFailed), results[0].Code);
        return new ChainOutcome(
            code, outcome.FirstNumber, outcome.FirstSequence, outcome.FirstSequence + (ulong)results.Length - 1, outcome.Height, outcome.TimestampNs, results[endorsements..]);
    }

    private void AddEndorsements(CommandBatch batch, LedgerClient client, in Hash256 digest)
    {
        byte[] message = new byte[EndorsementMessage.Size];
        EndorsementMessage.Write(message, client.ChainId, client.Session, EndorsedUntilNs, in digest);
        foreach (Endorser endorser in _endorsers)
        {
            byte[] signature = endorser.Sign(message);
            batch.Add(new EndorseCommand
            {
                Flags = CommandFlags.Linked,
                Key = endorser.Key,
                ExpiresAtNs = EndorsedUntilNs,
                SignatureR = new Hash256(signature.AsSpan(0, Hash256.Size)),
                SignatureS = new Hash256(signature.AsSpan(Hash256.Size)),
            });
        }
    }

    /// <summary>The commands with their final flags and numbers.</summary>
    private Command[] Linked(ulong firstNumber, bool numbered)
    {
        Command[] commands = [.. _commands];
        for (int i = 0; i < commands.Length; i++)
        {
            if (IsLinked && i + 1 < commands.Length) commands[i].Flags |= CommandFlags.Linked;
            commands[i].Number = numbered ? firstNumber + (ulong)i : 0;
        }

        return commands;
    }
}
