// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>Collateral: what is pledged raises the member's credit by its value after a haircut.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class CollateralHandlers
{
    /// <summary>Most a member may pledge of one asset, in minor units.</summary>
    public static readonly UInt128 MaxQuantity = UInt128.One << 62;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;

    /// <summary>Handlers over the context's ledger.</summary>
    public CollateralHandlers(ExecutionContext context, PaymentQueues queues)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _queues = queues;
    }

    /// <summary>Accepts an asset, or gives it a new price or haircut; all pledges of it are valued anew.</summary>
    public ResultCode SetAsset(in CollateralCommand command, ref CommandResult result)
    {
        if (command.Member != 0 || command.Reserved0 != 0 || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        ref readonly PaymentSystemRecord system = ref _tables.Systems[command.System];
        if (!_context.Holds(system.OperatorPolicy)) return ResultCode.Unauthorized;
        if (!_ledger.Assets.Has(command.Asset) || command.Asset == system.Asset) return ResultCode.UnknownAsset;
        if (command.HaircutPpm > 1_000_000 || command.Amount > (UInt128)ParticipantHandlers.MaxAmount) return ResultCode.InvalidLimit;
        if (!_ledger.Accounts.Has(command.Account)) return ResultCode.UnknownAccount;
        ref readonly AccountRecord account = ref _ledger.Accounts[(uint)command.Account];
        if (account.Asset != command.Asset || !_context.Holds(account.Policy) || account.Flags != AccountFlags.None || account.Floor != Int128.Zero)
            return ResultCode.WrongSettlementAccount;
        if (system.Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        uint number = _tables.CollateralAssetByAsset.Find(PaymentTables.Pair(command.System, command.Asset));
        if (number == 0)
        {
            number = _tables.CollateralAssets.Append();
            if (number == 0) return ResultCode.TableFull;
            _tables.CollateralAssetByAsset.Add(PaymentTables.Pair(command.System, command.Asset), number);
            ref CollateralAssetRecord added = ref _tables.CollateralAssets.Change(number);
            added.System = command.System;
            added.Asset = command.Asset;
            added.Account = (uint)command.Account;
        }
        else if (_tables.CollateralAssets[number].Account != command.Account)
        {
            return ResultCode.WrongSettlementAccount;
        }

        ref CollateralAssetRecord asset = ref _tables.CollateralAssets.Change(number);
        asset.HaircutPpm = command.HaircutPpm;
        asset.PricePerMillion = (long)command.Amount;
        asset.Reference = command.Reference;
        for (uint at = asset.FirstPledge; at != 0; at = _tables.Collateral[at].NextOfAsset) Value(at, asset);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Pledges or releases a quantity. Value: the member's collateral value.</summary>
    public ResultCode Pledge(in CollateralCommand command, ref CommandResult result)
    {
        if (command.System != 0 || command.HaircutPpm != 0 || command.Reserved0 != 0 || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Members.Has(command.Member)) return ResultCode.UnknownMember;
        ref readonly MemberRecord member = ref _tables.Members[command.Member];
        if (!_context.Holds(_tables.Participants[member.Participant].Policy)) return ResultCode.Unauthorized;
        uint number = _tables.CollateralAssetByAsset.Find(PaymentTables.Pair(member.System, command.Asset));
        if (number == 0) return ResultCode.NotCollateral;
        if (!_ledger.Accounts.Has(command.Account)) return ResultCode.UnknownAccount;
        if (command.Amount == UInt128.Zero) return ResultCode.AmountZero;
        if (command.Amount > MaxQuantity) return ResultCode.AmountTooLarge;
        if (_tables.Systems[member.System].Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        ref readonly CollateralAssetRecord asset = ref _tables.CollateralAssets[number];
        bool release = command.Opcode == Opcode.ReleaseCollateral;
        uint own = (uint)command.Account, from = release ? asset.Account : own, to = release ? own : asset.Account;
        ref readonly AccountRecord ownAccount = ref _ledger.Accounts[own];
        if (ownAccount.Asset != command.Asset || !_context.Holds(ownAccount.Policy) || own == asset.Account) return ResultCode.WrongSettlementAccount;
        ref readonly AccountRecord debit = ref _ledger.Accounts[from];
        if (debit.IsBlocked || _ledger.Accounts[to].IsBlocked) return ResultCode.AccountFrozen;
        if ((debit.Flags & AccountFlags.Unlimited) == 0 && debit.Available < (Int128)command.Amount) return ResultCode.ExceedsBalance;
        if ((_ledger.Accounts[to].Flags & AccountFlags.CreditsMustNotExceedDebits) != 0) return ResultCode.ExceedsDebits;

        uint pledge = Find(command.Member, number);
        UInt128 held = pledge == 0 ? UInt128.Zero : _tables.Collateral[pledge].Quantity;
        if (release ? command.Amount > held : held + command.Amount > MaxQuantity) return release ? ResultCode.CollateralInUse : ResultCode.AmountTooLarge;
        UInt128 left = release ? held - command.Amount : held + command.Amount;
        long before = pledge == 0 ? 0 : _tables.Collateral[pledge].Value;
        if (release && _tables.Available(member) < (Int128)before - asset.Value(left)) return ResultCode.CollateralInUse;
        if (pledge == 0 && (pledge = Add(command.Member, number)) == 0) return ResultCode.TableFull;
        ref AccountRecord debited = ref _ledger.Accounts.Change(from);
        ref AccountRecord credited = ref _ledger.Accounts.Change(to);
        debited.DebitsPosted += command.Amount;
        credited.CreditsPosted += command.Amount;
        ref HistoryEntry entry = ref _context.Record(HistoryKind.Collateral, from, ref debited, to, ref credited, command.Amount);
        entry.Code = command.Code;
        entry.Link = command.Member;
        entry.Reference = command.Reference;
        _tables.Collateral.Change(pledge).Quantity = left;
        Value(pledge, asset);
        result.Value = (UInt128)_tables.Members[command.Member].CollateralValue;
        return ResultCode.Ok;
    }

    private uint Find(uint member, uint collateralAsset)
    {
        uint at = _tables.Members[member].FirstCollateral;
        while (at != 0 && _tables.Collateral[at].CollateralAsset != collateralAsset) at = _tables.Collateral[at].NextOfMember;
        return at;
    }

    private uint Add(uint member, uint collateralAsset)
    {
        uint number = _tables.Collateral.Append();
        if (number == 0) return 0;
        ref CollateralRecord pledge = ref _tables.Collateral.Change(number);
        pledge.Member = member;
        pledge.CollateralAsset = collateralAsset;
        pledge.NextOfMember = _tables.Members[member].FirstCollateral;
        _tables.Members.Change(member).FirstCollateral = number;
        pledge.NextOfAsset = _tables.CollateralAssets[collateralAsset].FirstPledge;
        _tables.CollateralAssets.Change(collateralAsset).FirstPledge = number;
        return number;
    }

    /// <summary>Values a pledge and moves its member's credit.</summary>
    private void Value(uint number, in CollateralAssetRecord asset)
    {
        ref CollateralRecord pledge = ref _tables.Collateral.Change(number);
        long value = asset.Value(pledge.Quantity);
        ref readonly MemberRecord member = ref _tables.Members[pledge.Member];
        Int128 total = Int128.Min((Int128)member.CollateralValue - pledge.Value + value, ParticipantHandlers.MaxAmount);
        value = (long)(total - member.CollateralValue + pledge.Value);
        pledge.Value = value;
        LiquidityHandlers.SetCredit(_ledger, pledge.Member, member.CreditLine, (long)total);
        _queues.Touch(pledge.Member);
    }
}
