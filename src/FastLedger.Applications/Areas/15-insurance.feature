Feature: Insurance of lent things
  Promise: a small cover for a few days costs a few cents, its money is locked before it begins, and a claim needs two of the three concerned.

  Background:
    Given the parties Bank, Insurer, Lender, Borrower, Adjuster and Poor
    And Bank issues EUR with 2 decimals
    And Insurer has 2,000.00 EUR
    And Borrower has 20.00 EUR
    And Lender and Poor hold accounts in EUR
    And Lender founds the policy "claim": any 2 of Lender, Borrower and Adjuster
    And Insurer defines the class "covers", issued by Insurer:
      """
      states Active, Claimed, Closed
      flags CounterpartySigns
      Active -> Claimed by OwnerAndCounterparty
      Active -> Closed by Expiry
      """

  Scenario: Seven days of a camera, and a scratch
    Then interest on 1,800.00 EUR at 0.10 % for 7 days of 1 is 12.60 EUR
    When Insurer does all or nothing:
      """
      signed by Lender and Borrower
      creates "D750" of the class "covers", called "D750 serial 2001 in June", for Lender, with Borrower, on the document "camera D750, 5 to 12 June", valid for 7 days
      pays 12.60 EUR to Insurer's EUR from Borrower's EUR
      reserves 1,800.00 EUR as "cover" for Lender's EUR, released by "claim", never voided, for at most 7 days
      """
    Then Insurer's EUR holds 2,012.60 EUR with 1,800.00 EUR reserved
    When 3 days pass
    And Lender does all or nothing:
      """
      signed by Adjuster
      posts 450.00 EUR of "cover"
      """
    Then Lender's EUR holds 450.00 EUR
    And Insurer's EUR holds 1,562.60 EUR

  Scenario: Nothing happened
    When Insurer reserves 1,800.00 EUR as "cover" for Lender's EUR, released by "claim", never voided, for at most 7 days
    And 8 days pass
    Then Insurer's EUR holds 2,000.00 EUR

  @attack
  Scenario: Too early, too late, twice, without money
    Given Insurer does all or nothing:
      """
      signed by Lender and Borrower
      creates "D750" of the class "covers", called "D750 serial 2001 in June", for Lender, with Borrower, valid for 7 days
      reserves 1,800.00 EUR as "cover" for Lender's EUR, released by "claim", never voided, not before 1 day, for at most 7 days
      """
    Then Lender does all or nothing, which is refused: TooEarly:
      """
      signed by Adjuster
      posts 450.00 EUR of "cover"
      """
    And Insurer does all or nothing, which is refused: ExternalIdExists:
      """
      signed by Borrower
      creates "second cover" of the class "covers", called "D750 serial 2001 in June", for Lender, with Borrower, valid for 7 days
      """
    And Insurer voids "cover", which is refused: Unauthorized
    And Poor reserves 1,800.00 EUR as "promise" for Lender's EUR, released by "claim", which is refused: ExceedsBalance
    When 2 days pass
    Then Lender posts 450.00 EUR of "cover", which is refused: ThresholdNotMet
    When Lender does all or nothing:
      """
      signed by Adjuster
      posts 450.00 EUR of "cover"
      """
    Then Lender does all or nothing, which is refused: PendingAlreadyPosted:
      """
      signed by Adjuster
      posts 450.00 EUR of "cover"
      """
    Given Insurer reserves 1,000.00 EUR as "late cover" for Lender's EUR, released by "claim", never voided, for at most 7 days
    When 8 days pass
    Then Lender does all or nothing, which is refused: PendingExpired:
      """
      signed by Adjuster
      posts 450.00 EUR of "late cover"
      """
