// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>
/// The reference for the order books: plain collections, searched from end to end, and a copy of everything instead of an undo log. Only the
/// rules matter here, not the time they take.
/// </summary>
internal sealed partial class NaiveMarket
{
    public sealed class Account
    {
        public uint Asset, Policy;
        public AccountFlags Flags;
        public Int128 Floor, Reserved, Debits, Credits;

        public bool IsBlocked => (Flags & (AccountFlags.Frozen | AccountFlags.Closed)) != 0;

        public Int128 Available => Credits - Debits - Reserved - Floor;

        public Account Copy() => (Account)MemberwiseClone();
    }

    public sealed class Order
    {
        public ulong Id, Priority, BaseAccount, QuoteAccount, Number, UserData;
        public uint Instrument, Session;
        public Side Side;
        public long Price;
        public ulong Open, Total;
        public SelfTradePrevention Prevention;
        public bool PostOnly;

        public Order Copy() => (Order)MemberwiseClone();
    }

    private sealed record Saved(
        Account[] Accounts, List<Order> Orders, List<uint> Free, Dictionary<uint, ulong> Generations, InstrumentState[] States,
        ulong Trades, int Events);

    private readonly uint _maxOrders;

    public NaiveMarket(uint maxOrders) => _maxOrders = maxOrders;

    /// <summary>Accounts by number; 0 is none.</summary>
    public List<Account?> Accounts { get; } = [null];

    /// <summary>Instruments by number; 0 is none.</summary>
    public List<CreateInstrumentCommand> Instruments { get; } = [default];

    public List<InstrumentState> States { get; } = [default];

    public List<uint> Creators { get; } = [0];

    /// <summary>Resting orders in no particular order.</summary>
    public List<Order> Orders { get; private set; } = [];

    public List<OrderEvent> Events { get; } = [];

    public ulong Sequence { get; set; }

    public ulong Trades { get; private set; }

    /// <summary>Records whose last use ended, the last one freed at the end.</summary>
    private List<uint> Free { get; set; } = [];

    private Dictionary<uint, ulong> Generations { get; set; } = [];

    /// <summary>The policy and session that act, set for each batch.</summary>
    public uint Policy { get; set; }

    public uint Session { get; set; }

    /// <summary>Executes a batch as the ledger would.</summary>
    public CommandResult[] Execute(ReadOnlySpan<Command> commands)
    {
        var results = new CommandResult[commands.Length];
        for (int i = 0; i < commands.Length;)
        {
            int end = i;
            while ((commands[end].Flags & CommandFlags.Linked) != 0) end++;
            Saved saved = Save();
            for (int at = i; at <= end; at++)
            {
                results[at].Sequence = ++Sequence;
                (results[at].Code, results[at].Value) = Apply(commands[at]);
                if (results[at].Code == ResultCode.Ok) continue;
                Restore(saved);
                if (end == i) break;
                for (int other = i; other <= end; other++)
                {
                    if (other > at) results[other].Sequence = ++Sequence;
                    if (other != at) results[other].Code = ResultCode.LinkedFailed;
                    results[other].Value = UInt128.Zero;
                }

                break;
            }

            i = end + 1;
        }

        for (int i = 0; i < results.Length; i++)
        {
            results[i].Index = (uint)i;
            if (results[i].Code != ResultCode.Ok) results[i].Value = UInt128.Zero;
        }

        return results;
    }

    /// <summary>What an order reserves, by the definition.</summary>
    public Int128 Reservation(Order order)
    {
        CreateInstrumentCommand instrument = Instruments[(int)order.Instrument];
        if (order.Side == Side.Ask) return (Int128)order.Open * instrument.LotSize;
        Int128 notional = (Int128)order.Price * order.Open * instrument.TickValue;
        return notional + (notional * Math.Max(0, Math.Max(instrument.MakerFeePpm, instrument.TakerFeePpm)) / 1_000_000);
    }

    private (ResultCode Code, UInt128 Value) Apply(in Command command)
    {
        switch (command.Opcode)
        {
            case Opcode.PlaceOrder: return Place(Command.As<PlaceOrderCommand>(in command));
            case Opcode.CancelOrder: return Cancel(Command.As<ChangeOrderCommand>(in command));
            case Opcode.ReduceOrder: return Reduce(Command.As<ChangeOrderCommand>(in command));
            case Opcode.AmendOrder: return Amend(Command.As<ChangeOrderCommand>(in command));
            case Opcode.MassCancel: return MassCancel(Command.As<MassCancelCommand>(in command));
            case Opcode.Transfer: return Transfer(Command.As<TransferCommand>(in command));
            case Opcode.SetInstrumentState: return SetState(Command.As<SetInstrumentStateCommand>(in command));
            default: return Block(Command.As<ChangeAccountCommand>(in command));
        }
    }

    private (ResultCode Code, UInt128 Value) Transfer(in TransferCommand command)
    {
        Account debit = Accounts[(int)command.DebitAccount]!, credit = Accounts[(int)command.CreditAccount]!;
        if (debit.Policy != Policy) return (ResultCode.Unauthorized, 0);
        if (((debit.Flags | credit.Flags) & AccountFlags.Closed) != 0) return (ResultCode.AccountClosed, 0);
        if (debit.IsBlocked || credit.IsBlocked) return (ResultCode.AccountFrozen, 0);
        if ((debit.Flags & AccountFlags.Unlimited) == 0 && debit.Available < (Int128)command.Amount) return (ResultCode.ExceedsBalance, 0);
        debit.Debits += (Int128)command.Amount;
        credit.Credits += (Int128)command.Amount;
        return (ResultCode.Ok, command.Amount);
    }

    private (ResultCode Code, UInt128 Value) Block(in ChangeAccountCommand command)
    {
        Account account = Accounts[(int)command.Account]!;
        if (command.Opcode == Opcode.SetFloor)
        {
            account.Floor = command.Floor;
            return (ResultCode.Ok, command.Account);
        }

        AccountFlags flag = command.Opcode is Opcode.FreezeAccount or Opcode.UnfreezeAccount ? AccountFlags.Frozen : AccountFlags.Closed;
        bool raise = command.Opcode is Opcode.FreezeAccount or Opcode.CloseAccount;
        if (command.Opcode == Opcode.CloseAccount && account.Reserved != 0) return (ResultCode.AccountHasPending, 0);
        if (((account.Flags & flag) != 0) == raise) return (ResultCode.AlreadyInState, 0);
        account.Flags ^= flag;
        return (ResultCode.Ok, command.Account);
    }

    private (ResultCode Code, UInt128 Value) SetState(in SetInstrumentStateCommand command)
    {
        if (Creators[(int)command.Instrument] != Policy) return (ResultCode.Unauthorized, 0);
        if (States[(int)command.Instrument] == command.State) return (ResultCode.AlreadyInState, 0);
        States[(int)command.Instrument] = command.State;
        return (ResultCode.Ok, command.Instrument);
    }

    private Saved Save() => new(
        [.. Accounts.Select(account => account?.Copy()!)], [.. Orders.Select(order => order.Copy())], [.. Free], new(Generations),
        [.. States], Trades, Events.Count);

    private void Restore(Saved saved)
    {
        for (int i = 1; i < Accounts.Count; i++) Accounts[i] = saved.Accounts[i];
        Orders = saved.Orders;
        Free = saved.Free;
        Generations = saved.Generations;
        for (int i = 0; i < States.Count; i++) States[i] = saved.States[i];
        Trades = saved.Trades;
        Events.RemoveRange(saved.Events, Events.Count - saved.Events);
    }
}
