/** The tables of the Amazon Appliances system, and what the store calls their columns. */
export const tables = {
  products: {
    name: 'product_catalog',
    id: 'parent_asin',
    columns: {
      title: 'TEXT',
      main_category: 'TEXT',
      average_rating: 'REAL',
      rating_number: 'INTEGER',
      price: 'REAL',
      store: 'TEXT',
      features: 'JSON',
      description: 'JSON',
      images: 'JSON',
      categories: 'JSON',
      details: 'JSON',
    },
  },
  interactions: {
    name: 'user_item_rating',
    user: 'user_id',
    item: 'parent_asin',
    value: 'rating',
    timestamp: 'timestamp',
    columns: { verified_purchase: 'INTEGER', helpful_vote: 'INTEGER' },
  },
} as const;
