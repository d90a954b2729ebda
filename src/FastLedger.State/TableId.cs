// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.State;

/// <summary>The tables of the ledger, in the order in which their roots enter the state root. Numbers are part of the state: never reused.</summary>
public enum TableId : byte
{
    /// <summary>Ledger-wide counters, one record.</summary>
    Ledger = 1,
    Policies = 2,
    Sessions = 3,
    Assets = 4,
    Accounts = 5,
    PendingTransfers = 6,
    Instruments = 7,
    PriceLevels = 8,
    Orders = 9,
    PaymentSystems = 20,
    Participants = 21,
    Members = 22,
    BilateralLimits = 23,
    CollateralAssets = 24,
    Collateral = 25,
    Payments = 26,
    Resolutions = 27,
    Cycles = 28,
    CyclePositions = 29,
    Obligations = 30,
    Exchanges = 31,
    ExchangeCurrencies = 32,
    ExchangePairs = 33,
    Counterparties = 34,
    ClearingMembers = 35,
    Contracts = 36,
    ClearedPositions = 37,
    Defaults = 38,
    BusinessDays = 39,
    /// <summary>Event log and counters of the tables that follow, one record.</summary>
    EventLog = 40,
    KeyGroups = 41,
    Proposals = 42,
    Conditions = 43,
    AccountRules = 44,
    ObjectClasses = 45,
    Objects = 46,
    Events = 47,
    Splits = 48,
    SplitShares = 49,
    Distributions = 50,
    RankCounts = 51,
    RecordedBalances = 52,
    PayoutAccounts = 53,
    Rounds = 54,
    Bids = 55,
    Outcomes = 56,
    /// <summary>The validator set of the present epoch, the change that waits, and who administers it.</summary>
    Validators = 60,
    /// <summary>How far each validator's batches are executed.</summary>
    Authors = 61,
}
