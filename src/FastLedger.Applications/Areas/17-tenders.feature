Feature: Sealed tenders
  Promise: nobody learns a bid before all are in, nobody changes one afterwards, and anyone can recompute who won.

  Background:
    Given the parties Bank, Agency, Alpha, Beta, Gamma, Delta and Late
    And Bank issues EUR with 2 decimals
    And Agency holds accounts in EUR
    And Alpha has 10,000.00 EUR
    And Beta has 10,000.00 EUR
    And Gamma has 10,000.00 EUR
    And Delta has 10,000.00 EUR
    And Late has 10,000.00 EUR
    And Agency announces the round "bridge" of kind Min, with a deposit of 10,000.00 EUR to Agency's EUR, under the rules "tender for the bridge", opening in 10 seconds, closing in 100 seconds, ending in 200 seconds
    And 20 seconds pass

  Scenario: Three bids, one silent bidder
    When Alpha commits to 980,000 in "bridge", with a deposit from Alpha's EUR
    And Beta commits to 1,020,000 in "bridge", with a deposit from Beta's EUR
    And Gamma commits to 955,000 in "bridge", with a deposit from Gamma's EUR
    And Delta commits to 940,000 in "bridge", with a deposit from Delta's EUR
    Then Delta's EUR holds 10,000.00 EUR with 10,000.00 EUR reserved
    When 85 seconds pass
    And Alpha reveals its bid in "bridge"
    And Beta reveals its bid in "bridge"
    And Gamma reveals its bid in "bridge"
    And 100 seconds pass
    Then the round "bridge" is won by Gamma at 955,000
    And Alpha's EUR holds 10,000.00 EUR
    And Beta's EUR holds 10,000.00 EUR
    And Gamma's EUR holds 10,000.00 EUR
    And Delta's EUR holds 0.00 EUR
    And Agency's EUR holds 10,000.00 EUR
    And the ranking of "bridge" recomputed from the exported log is Gamma, Alpha and Beta

  @attack
  Scenario: Late, early, changed and copied bids
    When Alpha commits to 980,000 in "bridge", with a deposit from Alpha's EUR
    And Beta copies the commitment of Alpha in "bridge", with a deposit from Beta's EUR
    Then Alpha commits to 970,000 in "bridge", with a deposit from Alpha's EUR, which is refused: AlreadyCommitted
    And Alpha reveals 980,000 in "bridge", which is refused: TooEarly
    And Agency changes the rules of the round "bridge" to "rules for a friend", which is refused: BadState
    When 85 seconds pass
    Then Late commits to 900,000 in "bridge", with a deposit from Late's EUR, which is refused: RoundClosed
    And Alpha reveals 940,000 in "bridge", which is refused: CommitMismatch
    And Beta reveals its bid in "bridge", which is refused: CommitMismatch
