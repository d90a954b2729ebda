// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

// Mass cancels: bounded per command, oldest order first, each order told to its session.
public sealed partial class OrderHandlers
{
    /// <summary>Cancels the orders of a quote account, of an instrument, or of an account in an instrument, oldest time priority first.</summary>
    /// <remarks>
    /// By account: the account's policy. By instrument: the policy that created it. By both: either. At most
    /// <see cref="ExecutionContext.MaxMakersPerCommand"/> orders; <see cref="ResultCode.MassCancelPartial"/> tells that more remain, and what
    /// was cancelled then stays cancelled, unless the command is linked. Time: orders of the account; for an instrument its price levels.
    /// </remarks>
    public ResultCode MassCancel(in MassCancelCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || !command.Reserved1.IsZero || !command.Reserved2.IsZero || !command.Reserved3.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        if (command.QuoteAccount == 0 && command.Instrument == 0) return ResultCode.InvalidOrder;
        if (command.Instrument != 0 && !_ledger.Instruments.Has(command.Instrument)) return ResultCode.UnknownInstrument;
        if (command.QuoteAccount != 0 && !_ledger.Accounts.Has(command.QuoteAccount)) return ResultCode.UnknownAccount;
        uint owner = command.QuoteAccount == 0 ? 0 : _ledger.Accounts[(uint)command.QuoteAccount].Policy;
        uint creator = command.Instrument == 0 ? 0 : _ledger.Instruments[command.Instrument].Policy;
        ResultCode code = _context.Authority.CheckEither(owner, creator);
        if (code != ResultCode.Ok) return code;

        IncomingOrder none = default;
        bool complete = command.QuoteAccount != 0
            ? CancelAccount(command.QuoteAccount, command.Instrument, command.Number, ref none)
            : CancelInstrument(command.Instrument, command.Number, ref none);
        result.Value = (UInt128)none.Makers;
        return complete ? ResultCode.Ok : ResultCode.MassCancelPartial;
    }

    private bool CancelAccount(ulong account, uint instrument, ulong commandNumber, ref IncomingOrder none)
    {
        uint next;
        for (uint number = _tables.AccountOrders.Oldest(account); number != 0; number = next)
        {
            ref readonly OrderRecord order = ref _ledger.Orders[number];
            next = order.AccountNext;
            if (instrument != 0 && order.Instrument != instrument) continue;
            if (none.Makers == ExecutionContext.MaxMakersPerCommand) return false;
            AccountSettlement settlement = new(_context, order.Instrument, commandNumber);
            _book.Cancel(number, CancelReason.MassCancel, ref none, ref settlement);
        }

        return true;
    }

    private bool CancelInstrument(uint instrument, ulong commandNumber, ref IncomingOrder none)
    {
        AccountSettlement settlement = new(_context, instrument, commandNumber);
        _ages.Fill(instrument);
        while (_ages.TryTakeOldest(out uint number))
        {
            if (none.Makers == ExecutionContext.MaxMakersPerCommand) return false;
            _book.Cancel(number, CancelReason.MassCancel, ref none, ref settlement);
        }

        return true;
    }
}
