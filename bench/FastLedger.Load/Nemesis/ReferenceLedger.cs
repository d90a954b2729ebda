// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.Nemesis;

/// <summary>
/// What a ledger must do with the commands of a campaign, as the protocol's documentation says it: numbers that were consumed are not executed
/// again, every other command gets the next sequence, and transfers are arithmetic on a dictionary. No code of the engine.
/// </summary>
public sealed class ReferenceLedger
{
    private readonly Dictionary<uint, List<Executed>> _sessions = [];
    private readonly Dictionary<ulong, Account> _accounts = [];
    private ulong _sequence;

    /// <summary>Sequence of the newest command.</summary>
    public ulong Sequence => _sequence;

    /// <summary>Commands whose number was consumed before they were ordered again.</summary>
    public long Repeated { get; private set; }

    /// <summary>All accounts: what was debited and what was credited.</summary>
    public IReadOnlyDictionary<ulong, (UInt128 Debits, UInt128 Credits)> Balances => _accounts.ToDictionary(static a => a.Key, static a => (a.Value.Debits, a.Value.Credits));

    /// <summary>Executes one batch.</summary>
    /// <exception cref="InvalidDataException">A command that no campaign sends.</exception>
    public void Apply(CommittedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!_sessions.TryGetValue(batch.Session, out List<Executed>? session)) _sessions[batch.Session] = session = [];
        foreach (ref readonly Command command in batch.Commands)
        {
            if (batch.Session != 0 && session.Count > 0 && command.Number <= session[^1].Number)
            {
                Repeated++;
                continue;
            }

            ResultCode code = Execute(command);
            _sequence++;
            if (batch.Session != 0) session.Add(new Executed(command.Number, _sequence, code, batch.Height));
        }
    }

    /// <summary>What became of a command.</summary>
    /// <returns>False when it was never executed.</returns>
    public bool TryFind(uint session, ulong number, out Executed executed)
    {
        executed = default;
        if (!_sessions.TryGetValue(session, out List<Executed>? numbers)) return false;
        int low = 0, high = numbers.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            executed = numbers[middle];
            if (executed.Number == number) return true;
            if (executed.Number < number) low = middle + 1;
            else high = middle - 1;
        }

        return false;
    }

    private ResultCode Execute(in Command command)
    {
        switch (command.Opcode)
        {
            case Opcode.RegisterSession or Opcode.CreateAsset:
                return ResultCode.Ok;
            case Opcode.OpenAccount:
                bool unlimited = (Command.As<OpenAccountCommand>(in command).AccountFlags & AccountFlags.Unlimited) != 0;
                _accounts.Add((ulong)_accounts.Count + 1, new Account(unlimited));
                return ResultCode.Ok;
            case Opcode.Transfer:
                return Transfer(Command.As<TransferCommand>(in command));
            default:
                throw new InvalidDataException($"Command {command.Opcode} is not one of a campaign's.");
        }
    }

    private ResultCode Transfer(in TransferCommand transfer)
    {
        if (transfer.DebitAccount == transfer.CreditAccount) return ResultCode.SameAccount;
        if (transfer.Amount == 0) return ResultCode.AmountZero;
        Account debit = _accounts[transfer.DebitAccount], credit = _accounts[transfer.CreditAccount];
        if (!debit.IsUnlimited && debit.Credits - debit.Debits < transfer.Amount) return ResultCode.ExceedsBalance;
        debit.Debits += transfer.Amount;
        credit.Credits += transfer.Amount;
        return ResultCode.Ok;
    }

    /// <summary>A command that was executed.</summary>
    public readonly record struct Executed(ulong Number, ulong Sequence, ResultCode Code, ulong Height);

    private sealed class Account(bool isUnlimited)
    {
        public bool IsUnlimited { get; } = isUnlimited;

        public UInt128 Debits { get; set; }

        public UInt128 Credits { get; set; }
    }
}
