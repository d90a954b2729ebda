// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
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

    /// <summary>The commands added, without numbers.</summary>
    public IReadOnlyList<Command> Commands => _commands;

    /// <summary>Adds a command; an opcode of 0 becomes the usual one of <typeparamref name="T"/>.</summary>
    /// <returns>Its place in the chain, from 0.</returns>
    public int Add<T>(in T command) where T : unmanaged, ICommand
    {
        Command plain = Command.Of(in command);
        if (plain.Opcode == 0) plain.Opcode = T.Opcode;
        _commands.Add(plain);
        return _commands.Count - 1;
    }

    /// <summary>Sends the chain and waits for what became of it.</summary>
    /// <param name="client">Session that sends it.</param>
    /// <param name="linked">True: together or not at all. False: each by itself, in one batch.</param>
    /// <param name="cancellationToken">Ends the wait, not the chain.</param>
    /// <exception cref="LedgerException">The ledger did not answer, or refused the batch as a whole.</exception>
    public ValueTask<ChainOutcome> SubmitAsync(LedgerClient client, bool linked = true, CancellationToken cancellationToken = default) =>
        SubmitAsync(client, 0, linked, cancellationToken);

    /// <summary>Sends the chain again under the numbers that it had before; see <see cref="LedgerClient.ResubmitAsync"/>.</summary>
    /// <param name="client">Session that sent it.</param>
    /// <param name="firstNumber">Number of the first command.</param>
    /// <param name="linked">As before.</param>
    /// <param name="cancellationToken">Ends the wait, not the chain.</param>
    public ValueTask<ChainOutcome> ResubmitAsync(
        LedgerClient client, ulong firstNumber, bool linked = true, CancellationToken cancellationToken = default) =>
        SubmitAsync(client, firstNumber, linked, cancellationToken);

    private async ValueTask<ChainOutcome> SubmitAsync(LedgerClient client, ulong firstNumber, bool linked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        using CommandBatch batch = client.RentBatch(_commands.Count);
        for (int i = 0; i < _commands.Count; i++)
        {
            var command = new PlainCommand { Command = _commands[i] };
            if (linked && i + 1 < _commands.Count) command.Command.Flags |= CommandFlags.Linked;
            batch.Add(in command);
        }

        BatchOutcome outcome = firstNumber == 0
            ? await client.SubmitAsync(batch, ResultMode.All, cancellationToken).ConfigureAwait(false)
            : await client.ResubmitAsync(batch, firstNumber, ResultMode.All, cancellationToken).ConfigureAwait(false);
        return new ChainOutcome(outcome.FirstNumber, outcome.FirstSequence, outcome.Height, outcome.TimestampNs, [.. outcome.Results]);
    }
}
