// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Outcomes;

// Complete sets: one unit of every value's asset against one minor unit of collateral, which lies in a vault until it is redeemed.
public sealed partial class OutcomeHandlers
{
    /// <summary>Mints complete sets.</summary>
    public ResultCode Mint(in CompleteSetCommand command, ref CommandResult result) => Exchange(command, mint: true, ref result);

    /// <summary>Burns complete sets. Possible at any time: a set is always worth its collateral.</summary>
    public ResultCode Burn(in CompleteSetCommand command, ref CommandResult result) => Exchange(command, mint: false, ref result);

    /// <summary>Exchanges units of one value's asset for collateral after the end.</summary>
    public ResultCode Redeem(in RedeemCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != 0 || command.Reserved2 != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Outcomes.Has(command.Outcome)) return ResultCode.UnknownOutcome;
        ref readonly OutcomeRecord seen = ref _tables.Outcomes[command.Outcome];
        if (seen.State != OutcomeState.Final) return ResultCode.OutcomeNotFinal;
        if (!_ledger.Accounts.Has(command.Account) || !_ledger.Accounts.Has(command.CollateralAccount)) return ResultCode.UnknownAccount;
        uint account = (uint)command.Account, collateral = (uint)command.CollateralAccount;
        uint value = unchecked(_ledger.Accounts[account].Asset - seen.FirstAsset);
        if (seen.FirstAsset == 0 || value >= seen.Values || _ledger.Accounts[collateral].Asset != seen.CollateralAsset) return ResultCode.DifferentAssets;
        if (collateral == seen.Vault || account == seen.FirstIssuer + value) return ResultCode.SameAccount;
        bool invalid = seen.Value == 0;
        if (!invalid && value + 1 != seen.Value) return ResultCode.ValueLost;
        ResultCode code = _movements.CheckDebit(account, command.Amount);
        if (code != ResultCode.Ok) return code;
        if (invalid && command.Amount % seen.Values != UInt128.Zero) return ResultCode.NotDivisible;
        UInt128 paid = invalid ? command.Amount / seen.Values : command.Amount;
        code = CheckLegs(account, seen.FirstIssuer + value, command.Amount, seen.Vault, collateral, paid);
        if (code != ResultCode.Ok) return code;

        ref OutcomeRecord outcome = ref _tables.Outcomes.Change(command.Outcome);
        outcome.Sets -= paid;
        Move(HistoryKind.Redemption, account, outcome.FirstIssuer + value, command.Amount, command.Outcome, command.UserData128, command.Code);
        Move(HistoryKind.Redemption, outcome.Vault, collateral, paid, command.Outcome, command.UserData128, command.Code);
        _movements.Spend(account, command.Amount);
        result.Value = paid;
        return ResultCode.Ok;
    }

    private static ulong Account(in CompleteSetCommand command, int index) => index switch
    {
        0 => command.Account1,
        1 => command.Account2,
        2 => command.Account3,
        3 => command.Account4,
        4 => command.Account5,
        5 => command.Account6,
        6 => command.Account7,
        _ => command.Account8,
    };

    private bool HasRoomForSets(uint values) =>
        _ledger.Assets.Capacity - _ledger.Assets.Count >= values && _ledger.Accounts.Capacity - _ledger.Accounts.Count >= values + 1
        && _ledger.Policies.Count < _ledger.Policies.Capacity;

    /// <summary>One asset and one account without a floor per value, and the vault, under a policy that no key satisfies.</summary>
    private void CreateSets(ref OutcomeRecord outcome, uint number)
    {
        uint policy = _ledger.Agreements.Events.Record.LedgerPolicy;
        if (policy == 0)
        {
            policy = _ledger.Agreements.Policies.AddLedgerPolicy();
            _ledger.Agreements.Events.Change().LedgerPolicy = policy;
        }

        outcome.Vault = _ledger.Accounts.Append();
        ref AccountRecord vault = ref _ledger.Accounts.Change(outcome.Vault);
        vault.Asset = outcome.CollateralAsset;
        vault.Policy = policy;
        for (uint i = 0; i < outcome.Values; i++)
        {
            uint asset = _ledger.Assets.Append();
            ref AssetRecord record = ref _ledger.Assets.Change(asset);
            record.IssuerPolicy = policy;
            record.Scale = _ledger.Assets[outcome.CollateralAsset].Scale;
            record.Options = AssetOptions.LedgerIssued;
            record.Reference = outcome.Question;
            _tables.OutcomeByAsset.Add(asset, number);
            uint account = _ledger.Accounts.Append();
            ref AccountRecord issuer = ref _ledger.Accounts.Change(account);
            issuer.Asset = asset;
            issuer.Policy = policy;
            issuer.Flags = AccountFlags.Unlimited;
            if (i != 0) continue;
            outcome.FirstAsset = asset;
            outcome.FirstIssuer = account;
        }
    }

    private ResultCode Exchange(in CompleteSetCommand command, bool mint, ref CommandResult result)
    {
        if (command.Reserved0 != 0) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Outcomes.Has(command.Outcome)) return ResultCode.UnknownOutcome;
        ref readonly OutcomeRecord seen = ref _tables.Outcomes[command.Outcome];
        if (seen.FirstAsset == 0) return ResultCode.InvalidOutcome;
        if (mint && seen.State == OutcomeState.Final) return ResultCode.BadState;
        if (!_ledger.Accounts.Has(command.CollateralAccount)) return ResultCode.UnknownAccount;
        uint collateral = (uint)command.CollateralAccount;
        if (_ledger.Accounts[collateral].Asset != seen.CollateralAsset) return ResultCode.DifferentAssets;
        if (collateral == seen.Vault) return ResultCode.SameAccount;
        ResultCode code = _context.Check(_ledger.Accounts[collateral].Policy);
        if (code != ResultCode.Ok) return code;
        code = CheckLeg(mint ? collateral : seen.Vault, mint ? seen.Vault : collateral, command.Amount);
        if (code != ResultCode.Ok) return code;
        for (int i = 0; i < CreateOutcomeCommand.MaxValues; i++)
        {
            ulong account = Account(command, i);
            if (i >= seen.Values)
            {
                if (account != 0) return ResultCode.ReservedFieldNotZero;
                continue;
            }

            if (!_ledger.Accounts.Has(account)) return ResultCode.UnknownAccount;
            uint holder = (uint)account, issuer = seen.FirstIssuer + (uint)i;
            if (_ledger.Accounts[holder].Asset != seen.FirstAsset + (uint)i) return ResultCode.DifferentAssets;
            if (holder == issuer) return ResultCode.SameAccount;
            if (!mint && (code = _context.Check(_ledger.Accounts[holder].Policy)) != ResultCode.Ok) return code;
            code = CheckLeg(mint ? issuer : holder, mint ? holder : issuer, command.Amount);
            if (code != ResultCode.Ok) return code;
        }

        ref OutcomeRecord outcome = ref _tables.Outcomes.Change(command.Outcome);
        outcome.Sets = mint ? outcome.Sets + command.Amount : outcome.Sets - command.Amount;
        Move(HistoryKind.CompleteSet, mint ? collateral : outcome.Vault, mint ? outcome.Vault : collateral, command.Amount, command.Outcome, command.UserData128, command.Code);
        for (int i = 0; i < outcome.Values; i++)
        {
            uint holder = (uint)Account(command, i), issuer = outcome.FirstIssuer + (uint)i;
            Move(HistoryKind.CompleteSet, mint ? issuer : holder, mint ? holder : issuer, command.Amount, command.Outcome, command.UserData128, command.Code);
        }

        if (mint) _movements.Spend(collateral, command.Amount);
        result.Value = command.Amount;
        return ResultCode.Ok;
    }

    private ResultCode CheckLegs(uint debit, uint issuer, UInt128 units, uint vault, uint collateral, UInt128 paid)
    {
        ResultCode code = CheckLeg(debit, issuer, units);
        return code != ResultCode.Ok ? code : CheckLeg(vault, collateral, paid);
    }

    /// <summary>All checks of one movement but who approves it: the ledger moves its own accounts.</summary>
    private ResultCode CheckLeg(uint debit, uint credit, UInt128 amount)
    {
        ResultCode code = _movements.CheckAmount(debit, amount);
        if (code != ResultCode.Ok) return code;
        code = _movements.CheckCredit(credit, amount);
        return code != ResultCode.Ok ? code : _movements.CheckRules(debit, credit, amount);
    }

    private void Move(HistoryKind kind, uint debit, uint credit, UInt128 amount, uint outcome, UInt128 userData, uint code)
    {
        ref HistoryEntry entry = ref _movements.Move(kind, debit, credit, amount);
        entry.Code = code;
        entry.Link = outcome;
        entry.UserData128 = userData;
    }
}
