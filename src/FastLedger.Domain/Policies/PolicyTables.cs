// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Agreements;
using FastLedger.Domain.Sessions;
using FastLedger.Primitives;
using FastLedger.State;

namespace FastLedger.Domain.Policies;

/// <summary>Policies of several keys, proposals, and the rules of accounts.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class PolicyTables : IDisposable
{
    /// <summary>Records per table, record 0 included.</summary>
    public const uint MaxKeyGroups = 1 << 20, MaxProposals = 1 << 22, MaxAccountRules = 1 << 24;

    private readonly Table<PolicyRecord> _policies;
    private readonly IdIndex _policyByKey;

    /// <summary>Reserves the tables.</summary>
    public PolicyTables(Genesis genesis, Table<PolicyRecord> policies, IdIndex policyByKey, UndoLog undo, ulong secret)
    {
        _policies = policies;
        _policyByKey = policyByKey;
        KeyGroups = new Table<KeyGroupRecord>(TableId.KeyGroups, AgreementTables.Capacity(genesis, MaxKeyGroups), undo);
        Proposals = new Table<ProposalRecord>(TableId.Proposals, AgreementTables.Capacity(genesis, MaxProposals), undo);
        AccountRules = new Table<AccountRuleRecord>(TableId.AccountRules, AgreementTables.Capacity(genesis, MaxAccountRules), undo);
        PolicyById = new IdIndex(undo, secret);
        RuleByAccount = new IdIndex(undo, secret);
    }

    public Table<KeyGroupRecord> KeyGroups { get; }

    public Table<ProposalRecord> Proposals { get; }

    public Table<AccountRuleRecord> AccountRules { get; }

    /// <summary>Policies by external id.</summary>
    public IdIndex PolicyById { get; }

    public IdIndex RuleByAccount { get; }

    /// <summary>The policy of one key.</summary>
    /// <returns>Its number; 0 when the ledger does not know the key.</returns>
    public uint Find(in Hash256 key)
    {
        uint policy = key.IsZero ? 0 : _policyByKey.Find(Ledger.KeyId(key));
        return policy != 0 && _policies[policy].Key == key ? policy : 0;
    }

    /// <summary>The policy of one key, made when there is none.</summary>
    public ResultCode Ensure(in Hash256 key, out uint policy)
    {
        policy = _policyByKey.Find(Ledger.KeyId(key));
        if (policy != 0) return _policies[policy].Key == key ? ResultCode.Ok : ResultCode.InvalidKey;
        policy = _policies.Append();
        if (policy == 0) return ResultCode.TableFull;
        _policies.Change(policy).Key = key;
        _policyByKey.Add(Ledger.KeyId(key), policy);
        return ResultCode.Ok;
    }

    /// <summary>A policy that no key satisfies. There must be room.</summary>
    public uint AddLedgerPolicy()
    {
        uint policy = _policies.Append();
        Invariant.Check(policy != 0);
        _policies.Change(policy).Kind = PolicyKind.Ledger;
        return policy;
    }

    /// <summary>Makes the indexes anew from the tables.</summary>
    public void Rebuild()
    {
        for (uint n = 1; n < KeyGroups.Count; n++)
            if (KeyGroups[n].ExternalId != UInt128.Zero) PolicyById.Add(KeyGroups[n].ExternalId, KeyGroups[n].Policy);
        for (uint n = 1; n < AccountRules.Count; n++) RuleByAccount.Add(AccountRules[n].Account, n);
    }

    /// <summary>Frees the indexes.</summary>
    public void Dispose()
    {
        PolicyById.Dispose();
        RuleByAccount.Dispose();
    }
}
