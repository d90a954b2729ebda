Feature: Land titles
  Promise: title, mortgage and money change hands in one instant with everybody's signature, and the whole history of a parcel can be traced.

  Background:
    Given the parties Bank, Registrar, Seller, Buyer, Lender1, Lender2, Other and Stranger
    And Bank issues EUR with 2 decimals
    And Buyer has 100,000.00 EUR
    And Lender2 has 200,000.00 EUR
    And Other has 300,000.00 EUR
    And Seller and Lender1 hold accounts in EUR
    And Registrar defines the class "titles", issued by Registrar:
      """
      states Registered, InSale
      flags UniqueContent, Transferable, Lienable, ContentMayChange
      Registered -> InSale by Owner
      InSale -> Registered by Owner
      Registered -> Registered by Issuer
      """
    And Registrar creates "parcel 12" of the class "titles", called "cadastre 12", for Seller, on the document "parcel 12, 800 square metres"
    And Seller does all or nothing:
      """
      signed by Lender1
      gives Lender1 a lien of 120,000.00 EUR on "parcel 12"
      """
    And Seller does all or nothing:
      """
      signed by Buyer
      moves "parcel 12" to InSale, with Buyer
      reserves 40,000.00 EUR as "deposit" for Seller's EUR from Buyer's EUR, released by Registrar
      """

  Scenario: Closing with five signatures
    When Registrar does all or nothing:
      """
      signed by Seller, Buyer, Lender1 and Lender2
      posts "deposit"
      pays 60,000.00 EUR to Seller's EUR from Buyer's EUR
      pays 200,000.00 EUR to Seller's EUR from Lender2's EUR
      pays 120,000.00 EUR to Lender1's EUR from Seller's EUR
      releases the lien on "parcel 12"
      moves "parcel 12" to Registered
      hands "parcel 12" to Buyer
      gives Lender2 a lien of 200,000.00 EUR on "parcel 12"
      """
    Then all legs took effect in one block
    And Lender1's EUR holds 120,000.00 EUR
    And Seller's EUR holds 180,000.00 EUR
    And Buyer's EUR holds 0.00 EUR
    And "parcel 12" belongs to Buyer
    And "parcel 12" has a lien of Lender2 for 200,000.00 EUR
    And the owners of "parcel 12" were Seller and Buyer

  Scenario: An error of the registrar is corrected, and stays provable
    Given Seller moves "parcel 12" to Registered
    When Registrar moves "parcel 12" to Registered, on the document "parcel 12, 810 square metres", because of "new survey"
    Then the document "parcel 12, 810 square metres" with a proof of "parcel 12" is found Valid
    And the document "parcel 12, 800 square metres" with a proof of "parcel 12" is found Forged
    And the document "parcel 12, 800 square metres" is provably in the history of "parcel 12"

  @attack
  Scenario: Selling twice, passing over the bank, forging parcels, a missing signature
    Then Stranger hands "parcel 12" to Other, which is refused: NotOwner
    And Seller hands "parcel 12" to Other, which is refused: LienBlocks
    And Registrar creates "parcel 12 again" of the class "titles", called "cadastre 12", for Other, on the document "parcel 12, another sheet", which is refused: ExternalIdExists
    And Other creates "parcel 13" of the class "titles", for Other, on the document "parcel 13", which is refused: Unauthorized
    And Registrar does all or nothing, which is refused: Unauthorized:
      """
      signed by Seller, Buyer and Lender2
      posts "deposit"
      pays 60,000.00 EUR to Seller's EUR from Buyer's EUR
      pays 200,000.00 EUR to Seller's EUR from Lender2's EUR
      pays 120,000.00 EUR to Lender1's EUR from Seller's EUR
      releases the lien on "parcel 12"
      moves "parcel 12" to Registered
      hands "parcel 12" to Buyer
      """
    And Buyer's EUR holds 100,000.00 EUR with 40,000.00 EUR reserved
    And "parcel 12" belongs to Seller
    And Registrar does all or nothing, which is refused: Unauthorized:
      """
      signed by Seller, Buyer and Lender1
      posts "deposit"
      pays 60,000.00 EUR to Seller's EUR from Buyer's EUR
      pays 200,000.00 EUR to Seller's EUR from Lender2's EUR
      """
    When Registrar does all or nothing:
      """
      signed by Seller, Buyer, Lender1 and Lender2
      posts "deposit"
      pays 60,000.00 EUR to Seller's EUR from Buyer's EUR
      pays 200,000.00 EUR to Seller's EUR from Lender2's EUR
      pays 120,000.00 EUR to Lender1's EUR from Seller's EUR
      releases the lien on "parcel 12"
      moves "parcel 12" to Registered
      hands "parcel 12" to Buyer
      """
    Then Seller hands "parcel 12" to Other, which is refused: NotOwner
